/**
 * What the codec needs of Buffer beyond the part that Node and DeviceScript share (`alloc`,
 * `from`, indexing, `length`, `set`, `slice`, `toString`). This is the only place that knows in
 * which of the two worlds it runs.
 *
 * `slice` is a copy on the device and a view in Node: treat its result as read-only in both.
 */

interface DeviceBuffer {
  blitAt(at: number, from: Buffer, start: number, length: number): void;
}

interface NodeBuffer {
  copy(to: Buffer, at: number, start: number, end: number): number;
}

const ON_DEVICE = (Buffer.alloc(1) as unknown as DeviceBuffer).blitAt !== undefined;

/** Copies `length` bytes of `from`, beginning at `start`, to `to` at `at`, without a temporary. */
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

/** A payload as it may be given: text is sent as UTF-8. */
export function toBytes(data: string | Buffer): Buffer {
  return typeof data === "string" ? Buffer.from(data) : data;
}

/** The big-endian 16-bit number at `at` [MQTT 1.5.2]. */
export function readU16(data: Buffer, at: number): number {
  return ((data[at] as number) << 8) | (data[at + 1] as number);
}

/**
 * UTF-8 as text, or undefined where MQTT forbids it: ill-formed, or with a NUL
 * [MQTT-1.5.3-1, MQTT-1.5.3-2].
 */
export function toText(data: Buffer): string | undefined {
  const text = data.toString();
  if (text.indexOf("\u0000") >= 0) return undefined;
  // One character for each byte and none of them replaced: ASCII, which is nearly every topic.
  if (text.length === data.length && text.indexOf("\ufffd") < 0) return text;
  // Decoding replaces what is ill-formed, so that it comes out different.
  const again = Buffer.from(text);
  if (again.length !== data.length) return undefined;
  for (let i = 0; i < again.length; i++) if (again[i] !== data[i]) return undefined;
  return text;
}
