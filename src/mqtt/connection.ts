/** One connection to a broker: packets out, packets in, and whether the other side is there. */
import { Fiber, millis, sleep } from "@devicescript/core";
import { connect, Socket } from "@devicescript/net";
import { Decoder } from "./decoder";
import { DEAD, KeepAlive, PING } from "./keepalive";
import { encodeEmpty, PINGREQ } from "./packet";

/** How long TCP or TLS, and then CONNACK, may take, in ms. */
const CONNECT_TIMEOUT_MS = 10000;

/**
 * Used again for each connection. One fiber, the reader, calls open(), next() and close(); any
 * fiber may write().
 */
export class Connection {
  readonly decoder: Decoder;
  readonly keepAlive: KeepAlive;

  private socket: Socket;
  private reader: Fiber;
  private error: string;
  private written = 0;
  private read = 0;

  /**
   * @param keepAliveS seconds
   * @param limit the longest body kept, in bytes
   */
  constructor(keepAliveS: number, limit: number) {
    this.decoder = new Decoder(limit);
    this.keepAlive = new KeepAlive(keepAliveS);
  }

  /** Connects and sends the CONNECT packet. @throws Error when either fails */
  async open(host: string, port: number, tls: boolean, packet: Buffer): Promise<void> {
    this.error = undefined;
    this.decoder.reset();
    this.socket = await connect({
      host,
      port,
      proto: tls ? "tls" : "tcp",
      timeout: CONNECT_TIMEOUT_MS,
    });
    this.keepAlive.connecting(millis(), CONNECT_TIMEOUT_MS);
    await this.write(packet);
  }

  /**
   * Waits for the next packet, which is in `decoder` then, and keeps the connection alive.
   * @throws Error when the connection has ended, with the reason
   */
  async next(): Promise<void> {
    const { decoder, keepAlive, socket } = this;
    this.reader = Fiber.self();
    for (;;) {
      if (this.error) throw new Error(this.error);
      if (decoder.next()) {
        // A fiber that never pauses is taken for an endless loop and stopped.
        if ((++this.read & 7) === 0) await sleep(0);
        return;
      }
      const wait = keepAlive.next(millis());
      if (wait === DEAD) throw new Error("no answer");
      if (wait === PING) await this.write(encodeEmpty(PINGREQ));
      else {
        const chunk = await socket.recv(wait);
        if (chunk === null) throw new Error("closed by the broker");
        if (chunk) {
          decoder.push(chunk);
          keepAlive.received(millis());
        }
      }
    }
  }

  /** Hands a packet to the socket. @throws Error when it cannot: the connection is over then */
  async write(packet: Buffer): Promise<void> {
    const { socket } = this;
    // Also if connect() has returned nothing, as it can when the broker hangs up at once.
    if (!socket) throw new Error("not connected");
    for (let tries = 0; ; tries++) {
      try {
        await socket.send(packet);
        break;
      } catch (e) {
        const { message } = e as Error;
        // The runtime's send queue is full and nothing was sent; send() has paused for 10 ms.
        if (tries < 500 && message.indexOf("error -1") === message.length - 8) continue;
        if (socket === this.socket) this.drop(message);
        throw e;
      }
    }
    this.keepAlive.sent(millis());
    // So that a loop of publishing isn't taken for an endless one, and leaves the socket its turn.
    if ((++this.written & 63) === 0) await sleep(this.written & 511 ? 0 : 1);
  }

  /** Bytes that the runtime has taken in and next() has not: it can't be told to wait. */
  backlog(): number {
    let bytes = 0;
    const { buffers } = this.socket as unknown as { buffers: Buffer[] };
    for (const chunk of buffers) bytes += chunk.length;
    return bytes;
  }

  /** Lets next() throw, from any fiber. */
  drop(reason: string): void {
    this.error = reason;
    // Ends its waiting as if the time were over.
    if (this.socket && this.reader && this.reader.suspended) this.reader.resume(undefined);
  }

  async close(): Promise<void> {
    const { socket } = this;
    this.socket = undefined;
    this.reader = undefined;
    if (socket) await socket.close();
  }
}
