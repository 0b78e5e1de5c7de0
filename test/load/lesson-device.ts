import { createConnection, type Socket } from "node:net";
import { topicOf } from "../../src/common/wire";
import { connect, publish, subscribe } from "../support/mqtt-bytes";
import {
  CONNACK,
  PacketReader,
  PUBACK,
  PUBACK_BYTES,
  PUBLISH,
  type Qos,
  SUBACK,
  writePuback,
} from "./packets";

export interface LessonDeviceOptions {
  id: string;
  port: number;
  /** QoS of readings and commands. */
  qos: Qos;
  /**
   * Whether each reading contains the LED's state. The nightlight's firmware reports it; the
   * lesson's does not.
   */
  reports: boolean;
  /** The topic to which the device subscribes: its commands by default, or its own readings. */
  hears?: "commands" | "telemetry";
  /** Called after commands have arrived, once for all commands in a chunk of received bytes. */
  onCommands?: (device: LessonDevice, count: number) => void;
}

/**
 * Range of the light levels. Each level has three digits, so a packet is made by copying a template
 * and overwriting the digits.
 */
export const LIGHT_LEAST = 100;
export const LIGHT_MOST = 999;
const DIGITS = 3;

/**
 * Receives the bytes of all devices. One buffer is enough, because the bytes of a socket are
 * handled before another socket reads.
 */
const INPUT = Buffer.allocUnsafe(65_536);

/** A simulated lesson device that counts its messages. A process can run thousands of them. */
export class LessonDevice {
  readonly id: string;
  sent = 0;
  commands = 0;
  lastLight: number | undefined;
  /** LED state of the last command. */
  ledOn: boolean | undefined;
  /** Packet ids of readings that the broker has not acknowledged. */
  readonly unacknowledged = new Set<number>();
  /** The reason why the connection ended before `stop`. */
  lost: string | undefined;

  private readonly socket: Socket;
  private readonly template: { off: Buffer; on: Buffer };
  private readonly digitsAt: number;
  private packetId = 0;
  private acknowledgements = Buffer.allocUnsafe(4096);
  private acknowledgementBytes = 0;
  private commandsInChunk = 0;
  private ready!: { resolve: () => void; reject: (error: Error) => void };
  private stopped = false;

  private constructor(private readonly options: LessonDeviceOptions) {
    const { id, port, qos, reports } = options;
    this.id = id;
    const template = (tail: string) =>
      publish(topicOf(id, "telemetry"), `{"light":${LIGHT_LEAST}${tail}`, { qos, id: 0 });
    // The extra space makes both templates equally long.
    const tails = reports ? [',"led_on":false}', ',"led_on": true}'] : ["}", "}"];
    const [off = "", on = ""] = tails;
    this.template = { off: template(off), on: template(on) };
    this.digitsAt = this.template.off.length - off.length - DIGITS;
    const reader = new PacketReader((type, flags, bytes, start, end) =>
      this.take(type, flags, bytes, start, end),
    );
    this.socket = createConnection({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: {
        buffer: () => INPUT,
        callback: (bytes, buffer) => {
          reader.push(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
          this.afterChunk();
          return true;
        },
      },
    });
    this.socket.on("connect", () => this.socket.write(connect({ id: id + "nightlight_client" })));
    this.socket.on("error", (error) => this.end(error.message));
    this.socket.on("close", () => this.end("closed"));
  }

  /** @returns the device once it is connected and has subscribed */
  static async connect(options: LessonDeviceOptions): Promise<LessonDevice> {
    const device = new LessonDevice(options);
    await new Promise<void>((resolve, reject) => (device.ready = { resolve, reject }));
    return device;
  }

  /** Publishes several readings in one write. */
  send(lights: number[]): void {
    const template = this.ledOn ? this.template.on : this.template.off;
    const { length } = template;
    const bytes = Buffer.allocUnsafe(length * lights.length);
    for (const [i, light] of lights.entries()) {
      const at = i * length;
      template.copy(bytes, at);
      writeDigits(bytes, at + this.digitsAt, light);
      if (this.options.qos === 1) this.number(bytes, at);
    }
    this.sent += lights.length;
    this.lastLight = lights.at(-1);
    this.socket.write(bytes);
  }

  stop(): void {
    this.stopped = true;
    this.socket.destroy();
  }

  /**
   * Writes the next packet id. The packet id follows the topic (section 3.3.2.2), and the payload
   * begins with `{"light":`.
   */
  private number(bytes: Buffer, at: number): void {
    this.packetId = (this.packetId % 65_535) + 1;
    this.unacknowledged.add(this.packetId);
    bytes.writeUInt16BE(this.packetId, at + this.digitsAt - '{"light":'.length - 2);
  }

  private take(type: number, flags: number, bytes: Buffer, start: number, end: number): void {
    const { qos, hears = "commands" } = this.options;
    switch (type) {
      case CONNACK:
        if (bytes[start + 1] !== 0) this.end(`refused with code ${bytes[start + 1] ?? "?"}`);
        else this.socket.write(subscribe(1, [topicOf(this.id, hears), qos]));
        return;
      case SUBACK:
        this.ready.resolve();
        return;
      case PUBACK:
        this.unacknowledged.delete(bytes.readUInt16BE(start));
        return;
      case PUBLISH: {
        const afterTopic = start + 2 + bytes.readUInt16BE(start);
        const acknowledged = (flags & QOS_BITS) !== 0;
        if (acknowledged) {
          if (this.acknowledgementBytes + PUBACK_BYTES > this.acknowledgements.length)
            this.acknowledge();
          this.acknowledgementBytes = writePuback(
            this.acknowledgements,
            this.acknowledgementBytes,
            bytes,
            afterTopic,
          );
        }
        this.ledOn = commandIn(bytes, afterTopic + (acknowledged ? 2 : 0), end);
        this.commands++;
        this.commandsInChunk++;
        return;
      }
    }
  }

  private afterChunk(): void {
    if (this.acknowledgementBytes) this.acknowledge();
    const count = this.commandsInChunk;
    this.commandsInChunk = 0;
    if (count && !this.stopped) this.options.onCommands?.(this, count);
  }

  private acknowledge(): void {
    // The written buffer can't be reused, because the socket may still need it after `write`
    // returns.
    this.socket.write(this.acknowledgements.subarray(0, this.acknowledgementBytes));
    this.acknowledgements = Buffer.allocUnsafe(this.acknowledgements.length);
    this.acknowledgementBytes = 0;
  }

  private end(why: string): void {
    if (this.stopped || this.lost) return;
    this.lost = why;
    this.ready.reject(new Error(`${this.id}: ${why}`));
    this.socket.destroy();
  }
}

function writeDigits(into: Buffer, at: number, light: number): void {
  into[at] = 48 + Math.floor(light / 100);
  into[at + 1] = 48 + (Math.floor(light / 10) % 10);
  into[at + 2] = 48 + (light % 10);
}

/** Position of the QoS among the flags of a PUBLISH (section 3.3.1.2). */
const QOS_BITS = 6;
const COLON = 58;
const SPACE = 32;
const LETTER_T = 116;
const LETTER_F = 102;

/** Reads `{"led_on":true` or false. Python writes a space after the colon. */
function commandIn(bytes: Buffer, start: number, end: number): boolean | undefined {
  let at = start;
  while (at < end && bytes[at] !== COLON) at++;
  do at++;
  while (at < end && bytes[at] === SPACE);
  if (bytes[at] === LETTER_T) return true;
  return bytes[at] === LETTER_F ? false : undefined;
}
