import { beforeEach, describe, expect, it } from "vitest";
import { GcHeap } from "../../../../boards/wio-terminal/emulator/gc-heap";

/**
 * Tags of the blocks in the virtual machine's heap: microsoft/devicescript, runtime/devicescript,
 * devs_objects.h and gc_alloc.c.
 */
const TAG = { free: 0x01, bytes: 0x02, final: 0x4f, pinned: 0x40, scanned: 0x20 } as const;
const BLOCK = (tag: number, words: number): number => ((tag << 24) | words) >>> 0;

const AT = 0x2000;
const SIZE = 64 * 1024;
const FIRST = AT / 4 + 2;
const LAST = (AT + SIZE) / 4;

let words: Uint32Array;

/**
 * Builds a chunk of the heap: a pointer to the next chunk, the address of the chunk's end, blocks,
 * and a final block.
 */
beforeEach(() => {
  words = new Uint32Array(64 * 1024).fill(0x37373737);
  words[AT / 4] = 0;
  words[AT / 4 + 1] = 4 * LAST;
  words[LAST] = BLOCK(TAG.final, 1);
  words[FIRST] = BLOCK(TAG.free, LAST - FIRST);
});

describe("the virtual machine's heap, seen from outside", () => {
  it("is found by its chunk, and is empty at the start", () => {
    const heap = GcHeap.find(words);
    expect([heap.sizeBytes, heap.usedBytes(words)]).toEqual([SIZE, 0]);
  });

  it("counts each block that is not free, whatever its marks are", () => {
    const heap = GcHeap.find(words);
    words[FIRST] = BLOCK(TAG.bytes, 10);
    words[FIRST + 10] = BLOCK(TAG.free, 20);
    words[FIRST + 30] = BLOCK(TAG.bytes | TAG.pinned, 5);
    words[FIRST + 35] = BLOCK(TAG.bytes | TAG.scanned, 2);
    words[FIRST + 37] = BLOCK(TAG.free, LAST - FIRST - 37);
    expect(heap.usedBytes(words)).toBe(4 * (10 + 5 + 2));
  });

  it("is not found if there is none, or if it has another size", () => {
    words[LAST] = 0;
    expect(() => GcHeap.find(words)).toThrow("was not found");
    words[AT / 4 + 1] = AT + 1024;
    words[(AT + 1024) / 4] = BLOCK(TAG.final, 1);
    expect(() => GcHeap.find(words)).toThrow("was not found");
  });

  it("reports a block of size zero instead of searching endlessly", () => {
    const heap = GcHeap.find(words);
    words[FIRST] = BLOCK(TAG.bytes, 0);
    expect(() => heap.usedBytes(words)).toThrow("not laid out as expected");
  });
});
