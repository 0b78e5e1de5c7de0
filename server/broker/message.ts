import { parseJsonObject } from "../../src/common/wire";
import { encodePublish } from "./encode";
import type { QoS } from "./packets";

const EXPIRY = "expires_at";

/** A message on its way through the broker. */
export class Message {
  /** Under which it is in the store; 0 while it is not. */
  stored = 0;
  /** Deliveries in the store that refer to it. */
  references = 0;
  private plain: Buffer | undefined;
  private expiresAtMs: number | undefined;

  constructor(
    readonly topic: string,
    public payload: Buffer,
    readonly qos: QoS,
  ) {
    // MQTT 3.1.1 has no message expiry, so ours goes by what an ordered command says of itself: by
    // the wall clock, as both server and broker may be restarted before its time is over.
    if (payload.includes(EXPIRY)) {
      const expiresAt = parseJsonObject(payload.toString()).value?.[EXPIRY];
      if (typeof expiresAt === "number") this.expiresAtMs = expiresAt;
    }
  }

  /** @param nowMs Unix time */
  isExpired(nowMs: number): boolean {
    return this.expiresAtMs !== undefined && this.expiresAtMs <= nowMs;
  }

  /** The packet at QoS 0, which is the same for every subscriber. */
  get packet(): Buffer {
    return (this.plain ??= encodePublish(this, 0, false, 0));
  }

  /** To be called before it is kept: a view would keep alive all that was read together with it. */
  own(): void {
    if (this.payload.buffer.byteLength === this.payload.length) return;
    const copy = Buffer.allocUnsafeSlow(this.payload.length);
    this.payload.copy(copy);
    this.payload = copy;
    this.plain = undefined;
  }
}
