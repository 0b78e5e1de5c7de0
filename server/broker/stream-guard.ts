import type { Duplex } from "node:stream";
import { Refusal } from "../base/rejections";
import type { Limits } from "../setup/broker-limits";

/** A client may send this many seconds' worth of packets at once. */
const BURST_S = 10;

/** Packet types that a client may send (section 2.2.1), as bits: aedes ends the rest silently. */
const FROM_CLIENTS = [1, 3, 4, 5, 6, 7, 8, 10, 12, 14].reduce(
  (bits, type) => bits | (1 << type),
  0,
);

/**
 * Reads along with a client's packets, as far as their fixed headers: aedes and its parser know
 * no bound on a packet's length, and would collect up to 256 MB of one before anybody logged in.
 */
export class StreamGuard {
  /** Set for a client that may send as fast as it likes. */
  unhurried = false;

  private bodyBytesLeft = 0;
  /** The remaining length as far as it is read, and what its next byte counts (section 2.2.3). */
  private length = 0;
  private factor = 0;
  private allowance: number;
  private refilledMs: number;

  constructor(
    private readonly limits: Pick<Limits, "packet-bytes" | "packets-per-second">,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.allowance = limits["packets-per-second"] * BURST_S;
    this.refilledMs = nowMs();
  }

  /** Looks at whatever is read from the stream; a refusal destroys it. */
  watch(stream: Duplex): void {
    const read = stream.read.bind(stream);
    stream.read = (size?: number) => {
      const chunk = read(size) as Buffer | null;
      const refusal = chunk && this.inspect(chunk);
      if (!refusal) return chunk;
      stream.destroy(refusal);
      return null;
    };
  }

  /** @returns why the client has to go */
  inspect(chunk: Uint8Array): Refusal | undefined {
    this.refill();
    for (let i = 0; i < chunk.length;) {
      if (this.bodyBytesLeft > 0) {
        const skipped = Math.min(this.bodyBytesLeft, chunk.length - i);
        this.bodyBytesLeft -= skipped;
        i += skipped;
        continue;
      }
      const byte = chunk[i++] ?? 0;
      const refusal = this.header(byte);
      if (refusal) return refusal;
    }
    return undefined;
  }

  /** One byte of a fixed header. */
  private header(byte: number): Refusal | undefined {
    if (this.factor === 0) {
      this.factor = 1;
      this.length = 0;
      const type = byte >> 4;
      if (!(FROM_CLIENTS & (1 << type)))
        return new Refusal("malformed-packet", `a packet of type ${type}, which no client sends`);
      return this.spend();
    }
    this.length += (byte & 0x7f) * this.factor;
    this.factor *= 128;
    const max = this.limits["packet-bytes"];
    if (this.length > max)
      return new Refusal(
        "packet-bytes",
        `a packet of at least ${this.length} bytes, allowed are ${max}`,
      );
    if (byte & 0x80) {
      if (this.factor > 128 ** 3)
        return new Refusal("malformed-packet", "a packet length of more than four bytes");
      return undefined;
    }
    this.bodyBytesLeft = this.length;
    this.factor = 0;
    return undefined;
  }

  private refill(): void {
    const rate = this.limits["packets-per-second"];
    const nowMs = this.nowMs();
    const refilled = this.allowance + ((nowMs - this.refilledMs) / 1000) * rate;
    this.allowance = Math.min(refilled, rate * BURST_S);
    this.refilledMs = nowMs;
  }

  private spend(): Refusal | undefined {
    if (this.unhurried || --this.allowance >= 0) return undefined;
    const rate = this.limits["packets-per-second"];
    return new Refusal(
      "packets-per-second",
      `more than ${rate} packets a second, and ${rate * BURST_S} at once`,
    );
  }
}
