import type { Duplex } from "node:stream";
import { hex } from "./mqtt-bytes";

/** How long to wait for a packet. Only a broker that hangs reaches this limit. */
const LIMIT_MS = 120_000;

/**
 * Thrown if a packet differs from what the standard requires. Its message is the same in each run.
 */
export class Unexpected extends Error {}

/**
 * A connection to a broker over which a test can send any bytes. Received bytes are split into
 * packets.
 */
export class Wire {
  closed = false;
  /** The socket's error, such as a TLS alert. */
  error: NodeJS.ErrnoException | undefined;
  /** Received packets that no caller has taken yet. */
  protected readonly packets: Buffer[] = [];
  private rest = Buffer.alloc(0);
  private wake: () => void = () => undefined;

  constructor(readonly stream: Duplex) {
    stream.on("data", (chunk: Buffer) => {
      this.rest = Buffer.concat([this.rest, chunk]);
      this.cut();
      this.wake();
    });
    stream.on("error", (error) => (this.error = error));
    // A WebSocket stream closes only after this side has ended it, too.
    stream.on("end", () => stream.end());
    stream.on("close", () => {
      this.closed = true;
      this.wake();
    });
  }

  send(...parts: Uint8Array[]): void {
    this.stream.write(Buffer.concat(parts));
  }

  /** Returns the next packet, or undefined once the connection is closed. */
  async next(): Promise<Buffer | undefined> {
    const endMs = Date.now() + LIMIT_MS;
    while (this.packets.length === 0 && !this.closed) {
      const leftMs = endMs - Date.now();
      if (leftMs <= 0) throw new Error(`waited ${LIMIT_MS} ms in vain for a packet or the end`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.packets.shift();
  }

  /** Checks that the next packets are exactly the given ones. */
  async expectPackets(...packets: Uint8Array[]): Promise<void> {
    for (const packet of packets) {
      const found = await this.next();
      if (!found || !found.equals(packet))
        throw new Unexpected(`expected ${hex(packet)}, got ${described(found)}`);
    }
  }

  /** Breaks the connection, as a killed client or a cut cable does. */
  async stop(): Promise<void> {
    this.stream.destroy();
    while (!this.closed) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  private cut(): void {
    for (;;) {
      const end = packetEnd(this.rest);
      if (end === Infinity) this.stream.destroy(new Unexpected("a length of five bytes"));
      if (end > this.rest.length) return;
      this.packets.push(this.rest.subarray(0, end));
      this.rest = this.rest.subarray(end);
    }
  }
}

export function described(packet: Uint8Array | undefined): string {
  return packet ? hex(packet) : "the end of the connection";
}

/**
 * Returns the index of the end of the first packet. While the length field is incomplete, returns
 * the smallest possible index.
 */
export function packetEnd(bytes: Uint8Array): number {
  let length = 0;
  for (let at = 1; at <= 4; at++) {
    const byte = bytes[at];
    if (byte === undefined) return at + 1;
    length += (byte & 0x7f) << (7 * (at - 1));
    if (byte < 0x80) return at + 1 + length;
  }
  return Infinity;
}
