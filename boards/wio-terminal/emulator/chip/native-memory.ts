/** Buffers for native code. Garbage collection does not move them. */
import koffi from "koffi";

export const PAGE_BYTES = 4096;

/** Zeroed memory that begins at a page boundary, as a CPU engine requires. */
export function pages(size: number): Buffer {
  const raw = Buffer.alloc(size + PAGE_BYTES);
  const past = Number(koffi.address(raw) & BigInt(PAGE_BYTES - 1));
  return raw.subarray((PAGE_BYTES - past) % PAGE_BYTES).subarray(0, size);
}

export function words(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
