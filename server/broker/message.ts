import { parseJsonObject } from "../../src/common/wire";
import { encodePublish } from "./encode";
import type { QoS } from "./packets";

const EXPIRY = "expires_at";

/** A message inside the broker. */
export class Message {
  /** Number of the message in the store; 0 while it is not stored. */
  stored = 0;
  /** Number of stored deliveries that refer to the message. */
  references = 0;
  private plain: Buffer | undefined;
  private expiresAtMs: number | undefined;

  constructor(
    readonly topic: string,
    public payload: Buffer,
    readonly qos: QoS,
  ) {
    // MQTT 3.1.1 has no message expiry, so this broker reads `expires_at` of an ordered command.
    // This time is by the wall clock, because both server and broker may restart before it is
    // reached.
    if (payload.includes(EXPIRY)) {
      const expiresAt = parseJsonObject(payload.toString()).value?.[EXPIRY];
      if (typeof expiresAt === "number") this.expiresAtMs = expiresAt;
    }
  }

  /** @param nowMs Unix time */
  isExpired(nowMs: number): boolean {
    return this.expiresAtMs !== undefined && this.expiresAtMs <= nowMs;
  }

  /** The PUBLISH packet at QoS 0, which is the same for every subscriber. */
  get packet(): Buffer {
    return (this.plain ??= encodePublish(this, 0, false, 0));
  }

  /**
   * Copies the payload. Call before keeping the message: a view would keep the whole received chunk
   * in memory.
   */
  detach(): void {
    if (this.payload.buffer.byteLength === this.payload.length) return;
    const copy = Buffer.allocUnsafeSlow(this.payload.length);
    this.payload.copy(copy);
    this.payload = copy;
    this.plain = undefined;
  }
}
