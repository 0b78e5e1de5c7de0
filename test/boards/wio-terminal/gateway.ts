/**
 * A DeviceScript gateway, limited to what an update needs: runtime/devicescript/network/wssk.c and
 * wssk_health.c of microsoft/devicescript. It shares no code with the server's gateway.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

const MAGIC = 0xcee428ca;
const VERSION = 2;
const TAG = 4;
const NONCE = 13;
const CIPHER = "aes-256-ccm";
/** Number of zero bytes with which each side proves that it has the key. */
const AUTH = 32;
export const COMMAND = { ping: 0x92, hash: 0x93, start: 0x94, write: 0x95, finish: 0x96 } as const;
const PIECE = 192;

export class Gateway {
  private readonly server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  /** Connections that have proved their key. */
  connections = 0;
  onDevice: (device: Device) => Promise<void> = () => Promise.resolve();
  failure: unknown;

  private constructor(private readonly key: Buffer) {}

  static async start(key = randomBytes(32)): Promise<Gateway> {
    const gateway = new Gateway(key);
    await once(gateway.server, "listening");
    gateway.server.on("connection", (socket) => {
      gateway.serve(socket).catch((error: unknown) => (gateway.failure ??= error));
    });
    return gateway;
  }

  get connectionString(): string {
    return this.address.replace("//", `//wssk:${this.key.toString("hex")}@`);
  }

  get address(): string {
    const { port } = this.server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}/wssk/board`;
  }

  async stop(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
    await once(this.server, "close");
  }

  private async serve(socket: WebSocket): Promise<void> {
    const device = new Device(socket, this.key);
    await device.shakeHands();
    this.connections++;
    await this.onDevice(device);
  }
}

/**
 * A device's connection to the gateway. Its messages are sealed with a key, and with a counter for
 * each direction.
 */
export class Device {
  private readonly sent = Buffer.alloc(NONCE).fill(2, 0, 1);
  private readonly received = Buffer.alloc(NONCE).fill(1, 0, 1);
  private key = Buffer.alloc(0);
  private readonly waiting: Buffer[] = [];
  private isClosed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly masterKey: Buffer,
  ) {
    socket.on("message", (data: Buffer) => {
      this.waiting.push(data);
      this.wake();
    });
    socket.on("close", () => {
      this.isClosed = true;
      this.wake();
    });
    socket.on("error", () => undefined);
  }

  async shakeHands(): Promise<void> {
    const theirs = Buffer.from(this.socket.protocol.replace("devs-key-", ""), "hex");
    const ours = randomBytes(16);
    const info = Buffer.concat([theirs, ours]);
    this.key = Buffer.from(hkdfSync("sha256", this.masterKey, "", info, 32));
    const hello = Buffer.alloc(8);
    hello.writeUInt32LE(MAGIC, 0);
    hello.writeUInt32LE(VERSION, 4);
    this.socket.send(Buffer.concat([hello, ours]));
    const auth = await this.receive();
    if (!auth.equals(Buffer.alloc(AUTH))) throw new Error("the device has another key");
    this.send(Buffer.alloc(AUTH));
  }

  /** @returns the answer's payload */
  async ask(command: number, payload: Uint8Array = Buffer.alloc(0)): Promise<Buffer> {
    this.send(Buffer.concat([Buffer.of(command), payload]));
    for (;;) {
      const answer = await this.receive();
      if (answer[0] === COMMAND.ping) this.send(answer);
      else if (answer[0] === command) return answer.subarray(1);
      else if (answer[0] === 0xff) throw new Error(`command ${command} was refused`);
    }
  }

  async deploy(program: Uint8Array): Promise<void> {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(program.length);
    await this.ask(COMMAND.start, length);
    for (let at = 0; at < program.length; at += PIECE)
      await this.ask(COMMAND.write, program.subarray(at, at + PIECE));
    await this.ask(COMMAND.finish);
  }

  private send(message: Buffer): void {
    const cipher = createCipheriv(CIPHER, this.key, this.sent, { authTagLength: TAG });
    const sealed = Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]);
    countUp(this.sent);
    this.socket.send(sealed);
  }

  private async receive(): Promise<Buffer> {
    let sealed = this.waiting.shift();
    while (!sealed) {
      if (this.isClosed) throw new Error("the device has hung up");
      await new Promise<void>((resolve) => (this.wake = resolve));
      sealed = this.waiting.shift();
    }
    const end = sealed.length - TAG;
    const decipher = createDecipheriv(CIPHER, this.key, this.received, { authTagLength: TAG });
    decipher.setAuthTag(sealed.subarray(end));
    const message = Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
    countUp(this.received);
    return message;
  }
}

function countUp(nonce: Buffer): void {
  for (let at = nonce.length - 1; at >= 0; at--) {
    nonce[at] = ((nonce[at] ?? 0) + 1) & 0xff;
    if (nonce[at] !== 0) return;
  }
}
