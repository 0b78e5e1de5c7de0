/**
 * The store in a board's flash, in which the runtime keeps the program and all settings (jacdac-c,
 * source/jd_fstor.c). The CLI's `bundle` fills a store, but leaves out the Wi-Fi network.
 *
 * After the header come the entries, which grow upwards. Their data grows downwards from the end of
 * the header's pages. If a name occurs several times, the last entry counts. There is no checksum.
 */
const MAGIC = Buffer.from("465354520aeaec6b", "hex");
const HEADER_BYTES = 24;
const ENTRY_BYTES = 24;
const NAME_MAX_BYTES = 15;
const FREE = 0xffffffff;

export interface StoreEntry {
  name: string;
  value: Buffer;
}

/** The offset of the store in an image; -1 for an image without a store. */
export function findStore(image: Buffer): number {
  for (let at = image.indexOf(MAGIC); at >= 0; at = image.indexOf(MAGIC, at + 1)) {
    // The runtime's own code may contain the same eight bytes, but not a whole header.
    const store = image.subarray(at);
    if (store.length < HEADER_BYTES) break;
    const needed = headerBytes(store);
    if (needed > 0 && needed < storeBytes(store) && needed <= store.length) return at;
  }
  return -1;
}

/** Size of the store that begins here. An image contains only the part that is in use. */
export function storeBytes(store: Buffer): number {
  return store.readUInt32LE(12) * store.readUInt16LE(16);
}

export function readStore(store: Buffer): StoreEntry[] {
  const entries: StoreEntry[] = [];
  for (let at = HEADER_BYTES; store.readUInt32LE(at + 16) !== FREE; at += ENTRY_BYTES) {
    const name = store.toString("latin1", at, at + 16).replace(/\0.*$/s, "");
    const offset = store.readUInt32LE(at + 16);
    entries.push({ name, value: store.subarray(offset, offset + store.readUInt32LE(at + 20)) });
  }
  return entries;
}

/** Adds an entry in place. */
export function addToStore(store: Buffer, { name, value }: StoreEntry): void {
  if (Buffer.byteLength(name) > NAME_MAX_BYTES) throw new Error(`${name}: too long a name`);
  let at = HEADER_BYTES;
  let dataStart = headerBytes(store);
  for (; store.readUInt32LE(at + 16) !== FREE; at += ENTRY_BYTES)
    dataStart = Math.min(dataStart, store.readUInt32LE(at + 16));
  // Data is aligned to 8 bytes, and even an empty value takes 8 bytes.
  const offset = dataStart - Math.max(8, Math.ceil(value.length / 8) * 8);
  // The runtime needs a free entry after the last one, to find the end.
  if (offset < at + 2 * ENTRY_BYTES) throw new Error("the store is full");
  value.copy(store, offset);
  store.fill(0, at, at + 16);
  store.write(name, at, "latin1");
  store.writeUInt32LE(offset, at + 16);
  store.writeUInt32LE(value.length, at + 20);
}

function headerBytes(store: Buffer): number {
  return store.readUInt32LE(12) * store.readUInt16LE(18);
}
