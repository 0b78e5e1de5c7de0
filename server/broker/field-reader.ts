import { isUtf8 } from "node:buffer";
import { isFilter, isTopic } from "../../src/mqtt/topic";
import { type Reason, Refusal } from "../base/rejections";

/** Reads the fields of a packet's body. */
export class FieldReader {
  constructor(
    private readonly buffer: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    if (this.left < 1) malformed("a packet that ends too early");
    return this.buffer[this.at++] as number;
  }

  u16(): number {
    if (this.left < 2) malformed("a packet that ends too early");
    const { buffer, at } = this;
    this.at += 2;
    return ((buffer[at] as number) << 8) | (buffer[at + 1] as number);
  }

  /** Reads a packet id, which must not be 0 [MQTT-2.3.1-1]. */
  id(): number {
    const id = this.u16();
    if (id === 0) malformed("packet id 0");
    return id;
  }

  bytes(length = this.u16()): Buffer {
    if (this.left < length) malformed("a packet that ends too early");
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }

  /**
   * @param reason reason of the refusal if the bytes are not valid text [MQTT-1.5.3-1,
   * MQTT-1.5.3-2]
   */
  text(what: string, reason: Reason = "malformed-packet"): string {
    const bytes = this.bytes();
    const text = bytes.toString();
    // Quick check for ASCII, as nearly every text is: one character per byte, and none of them
    // replaced.
    const isClean = (text.length === bytes.length && !text.includes("\ufffd")) || isUtf8(bytes);
    if (!isClean || text.includes("\0"))
      throw new Refusal(reason, `${what} that is not clean UTF-8`);
    return text;
  }

  /**
   * Reads a topic name: not empty, and without wildcards [MQTT-3.3.2-2, MQTT-4.7.1-1,
   * MQTT-4.7.3-1].
   */
  topic(what: string, reason: Reason): string {
    const topic = this.text(what, reason);
    if (!isTopic(topic))
      throw new Refusal(reason, `${what} that is ${topic === "" ? "empty" : "a filter"}`);
    return topic;
  }

  /** Reads a topic filter [MQTT-3.8.3-1, MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1]. */
  filter(): string {
    const filter = this.text("a topic", "topic");
    if (!isFilter(filter))
      throw new Refusal(
        "topic",
        filter === "" ? "an empty topic filter" : "a malformed topic filter",
      );
    return filter;
  }

  /** Refuses any bytes after the last field. */
  finish(): void {
    if (this.left > 0) malformed(`a packet with ${this.left} bytes too many`);
  }
}

/** @throws Refusal, because the client has broken the protocol [MQTT-4.8.0-1] */
export function malformed(what: string): never {
  throw new Refusal("malformed-packet", what);
}
