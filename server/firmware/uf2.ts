/** UF2, the format of images for boards that are a drive (github.com/microsoft/uf2). */
const BLOCK_BYTES = 512;
const MAGIC = 0x0a324655;
const DATA_OFFSET = 32;

interface Block {
  /** Where the data belongs in memory. */
  address: number;
  /** A view: writing to it changes the file. */
  data: Buffer;
}

export function isUf2(file: Buffer): boolean {
  return file.length >= BLOCK_BYTES && file.readUInt32LE(0) === MAGIC;
}

/** The contents of memory from an address on, as far as the file has them in one piece. */
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

/** Changes memory that the file has already. */
export function writeMemory(file: Buffer, address: number, memory: Buffer): void {
  for (const block of blocks(file)) {
    const from = block.address - address;
    if (from >= 0 && from < memory.length)
      memory.copy(block.data, 0, from, from + block.data.length);
  }
}

/** The addresses at which blocks begin. */
export function addresses(file: Buffer): number[] {
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
