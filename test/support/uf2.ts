/** A UF2 file of one empty block, at the start of the Pico's flash memory. */
export function emptyUf2(): Buffer {
  const block = Buffer.alloc(512);
  block.writeUInt32LE(0x0a324655, 0);
  block.writeUInt32LE(0x9e5d5157, 4);
  block.writeUInt32LE(0x2000, 8); // a family is given
  block.writeUInt32LE(0x10000000, 12);
  block.writeUInt32LE(256, 16);
  block.writeUInt32LE(0, 20);
  block.writeUInt32LE(1, 24);
  block.writeUInt32LE(0xe48bff56, 28); // RP2040
  block.writeUInt32LE(0x0ab16f30, 508);
  return block;
}
