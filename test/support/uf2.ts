/** Returns a UF2 file with one empty block, for the start of the Pico's flash memory. */
export function emptyUf2(): Buffer {
  const block = Buffer.alloc(512);
  block.writeUInt32LE(0x0a324655, 0);
  block.writeUInt32LE(0x9e5d5157, 4);
  block.writeUInt32LE(0x2000, 8); // a family id is present
  block.writeUInt32LE(0x10000000, 12);
  block.writeUInt32LE(256, 16);
  block.writeUInt32LE(0, 20);
  block.writeUInt32LE(1, 24);
  block.writeUInt32LE(0xe48bff56, 28); // family id of the RP2040
  block.writeUInt32LE(0x0ab16f30, 508);
  return block;
}

export interface Uf2Block {
  readonly flags: number;
  readonly address: number;
  readonly data: Buffer;
  readonly number: number;
  readonly total: number;
  readonly family: number;
}

/**
 * Returns the blocks of a UF2 file, read as the format's specification says
 * (github.com/microsoft/uf2, README).
 */
export function readUf2(file: Buffer): Uf2Block[] {
  if (file.length % 512 !== 0) throw new Error(`${file.length} bytes are no whole blocks`);
  return Array.from({ length: file.length / 512 }, (_, i) => {
    const block = file.subarray(i * 512, i * 512 + 512);
    const magic = [0, 4, 508].map((at) => block.readUInt32LE(at).toString(16)).join(" ");
    if (magic !== "a324655 9e5d5157 ab16f30") throw new Error(`block ${i} begins ${magic}`);
    const bytes = block.readUInt32LE(16);
    if (bytes > 476) throw new Error(`block ${i} carries ${bytes} bytes`);
    return {
      flags: block.readUInt32LE(8),
      address: block.readUInt32LE(12),
      data: block.subarray(32, 32 + bytes),
      number: block.readUInt32LE(20),
      total: block.readUInt32LE(24),
      family: block.readUInt32LE(28),
    };
  });
}
