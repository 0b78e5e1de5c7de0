/** Buffers for native code. Garbage collection does not move them. */
import koffi from "koffi";

export const PAGE = 4096;

/** Zeroed memory that begins at a page boundary, as a CPU engine requires. */
export function pages(size: number): Buffer {
  const raw = Buffer.alloc(size + PAGE);
  const past = Number(koffi.address(raw) & BigInt(PAGE - 1));
  return raw.subarray((PAGE - past) % PAGE).subarray(0, size);
}

export function words(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
