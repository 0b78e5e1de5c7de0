/** UF2, the image format of boards that appear as a drive (github.com/microsoft/uf2). */
const BLOCK_BYTES = 512;
const MAGIC = 0x0a324655;
const MAGIC_SECOND = 0x9e5d5157;
const MAGIC_END = 0x0ab16f30;
const FLAG_FAMILY = 0x2000;
const DATA_OFFSET = 32;
/** Data bytes in a block by convention. Bootloaders rely on this size. */
const DATA_BYTES = 256;

/** Bytes, and their address in memory. */
export interface MemoryPiece {
  readonly address: number;
  readonly bytes: Uint8Array;
}

interface Block {
  /** The address of the data in memory. */
  address: number;
  /** A view: writing to it changes the file. */
  data: Buffer;
}

export function isUf2(file: Buffer): boolean {
  return file.length >= BLOCK_BYTES && file.readUInt32LE(0) === MAGIC;
}

/** The contents of memory from an address up to the first gap in the file. */
export function readMemory(file: Buffer, address: number): Buffer {
  const pieces: Buffer[] = [];
  let next = address;
  for (const block of blocks(file).sort((a, b) => a.address - b.address)) {
    if (block.address !== next) continue;
    pieces.push(block.data);
    next += block.data.length;
  }
  return Buffer.concat(pieces);
}

/** Changes memory that the file already contains. */
export function writeMemory(file: Buffer, address: number, memory: Buffer): void {
  for (const block of blocks(file)) {
    const from = block.address - address;
    if (from >= 0 && from < memory.length)
      memory.copy(block.data, 0, from, from + block.data.length);
  }
}

/** The addresses at which blocks begin. */
export function blockAddresses(file: Buffer): number[] {
  return blocks(file).map(({ address }) => address);
}

function blocks(file: Buffer): Block[] {
  const found: Block[] = [];
  for (let at = 0; at + BLOCK_BYTES <= file.length; at += BLOCK_BYTES) {
    const start = at + DATA_OFFSET;
    found.push({
      address: file.readUInt32LE(at + 12),
      data: file.subarray(start, start + file.readUInt32LE(at + 16)),
    });
  }
  return found;
}

/**
 * Makes a file that puts the pieces into flash. Pieces in the same 256 bytes share a block. Bytes
 * without a piece are 0xff, like erased flash.
 *
 * @param family the chip's number in the format's list (utils/uf2families.json)
 */
export function encodeUf2(pieces: readonly MemoryPiece[], family: number): Buffer {
  const pages = [...layOut(pieces)].sort(([a], [b]) => a - b);
  return Buffer.concat(
    pages.map(([address, data], number) => {
      const block = Buffer.alloc(BLOCK_BYTES);
      const header = [MAGIC, MAGIC_SECOND, FLAG_FAMILY, address, DATA_BYTES, number, pages.length];
      [...header, family].forEach((word, i) => block.writeUInt32LE(word, 4 * i));
      data.copy(block, DATA_OFFSET);
      block.writeUInt32LE(MAGIC_END, BLOCK_BYTES - 4);
      return block;
    }),
  );
}

/** Contents of memory, by the address of each 256-byte block. */
function layOut(pieces: readonly MemoryPiece[]): Map<number, Buffer> {
  const pages = new Map<number, Buffer>();
  for (const { address, bytes } of pieces) {
    for (let at = 0; at < bytes.length;) {
      const within = (address + at) % DATA_BYTES;
      const start = address + at - within;
      const page = pages.get(start) ?? Buffer.alloc(DATA_BYTES, 0xff);
      const part = bytes.subarray(at, at + DATA_BYTES - within);
      page.set(part, within);
      pages.set(start, page);
      at += part.length;
    }
  }
  return pages;
}
