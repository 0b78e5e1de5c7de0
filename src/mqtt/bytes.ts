/**
 * Buffer functions for the codec, beyond the API that Node and DeviceScript share (`alloc`, `from`,
 * indexing, `length`, `set`, `slice`, `toString`). No other file distinguishes between the two.
 *
 * `slice` copies on the device and returns a view in Node: treat its result as read-only in both.
 */

interface DeviceBuffer {
  blitAt(at: number, from: Buffer, start: number, length: number): void;
}

interface NodeBuffer {
  copy(to: Buffer, at: number, start: number, end: number): number;
}

const ON_DEVICE = (Buffer.alloc(1) as unknown as DeviceBuffer).blitAt !== undefined;

/**
 * Copies `length` bytes of `from`, beginning at `start`, to `to` at `at`, without a temporary
 * buffer.
 */
export function copyBytes(
  to: Buffer,
  at: number,
  from: Buffer,
  start: number,
  length: number,
): void {
  if (ON_DEVICE) (to as unknown as DeviceBuffer).blitAt(at, from, start, length);
  else (from as unknown as NodeBuffer).copy(to, at, start, start + length);
}

/** Returns a payload as bytes; text is encoded as UTF-8. */
export function toBytes(data: string | Buffer): Buffer {
  return typeof data === "string" ? Buffer.from(data) : data;
}

/** The big-endian 16-bit number at `at` [MQTT 1.5.2]. */
export function readU16(data: Buffer, at: number): number {
  return ((data[at] as number) << 8) | (data[at + 1] as number);
}

/** Encodes a 16-bit number as two big-endian bytes. */
export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
