// The constants come from gc_alloc.c, the garbage collector of the DeviceScript runtime.
const FREE = 0x01;
const TAG_MASK = 0x0f;
const END_OF_HEAP = 0x4f000001;
const CHUNK_HEADER_BYTES = 8;
const LEAST_HEAP_BYTES = 32 * 1024;
const MOST_HEAP_BYTES = 256 * 1024;

/** The garbage-collected heap of a virtual machine, read from the machine's memory. */
export class GcHeap {
  private constructor(
    private readonly start: number,
    readonly sizeBytes: number,
  ) {}

  /**
   * Finds the heap by its layout: one chunk without a successor, the address of the chunk's end,
   * and an end mark at that address.
   * @param words the virtual machine's memory, starting at its address 0
   */
  static find(words: Uint32Array): GcHeap {
    for (let at = 0; at < words.length - 2; at++) {
      const end = words[at + 1] as number;
      const size = end - at * 4;
      if (words[at] !== 0 || size < LEAST_HEAP_BYTES || size > MOST_HEAP_BYTES || end % 4) continue;
      if (words[end / 4] === END_OF_HEAP) return new GcHeap(at * 4 + CHUNK_HEADER_BYTES, size);
    }
    throw new Error("the runtime's heap was not found");
  }

  /** Bytes in use: live objects, and garbage that is not collected yet. */
  usedBytes(words: Uint32Array): number {
    let used = 0;
    for (let at = this.start / 4; words[at] !== END_OF_HEAP;) {
      const header = words[at] as number;
      const size = header & 0xffffff;
      if (size === 0) throw new Error("the runtime's heap is not laid out as expected");
      if (((header >>> 24) & TAG_MASK) !== FREE) used += size * 4;
      at += size;
    }
    return used;
  }
}
