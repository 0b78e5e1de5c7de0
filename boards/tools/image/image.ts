import { addToStore, findStore, type StoreEntry } from "./flash-store";
import { blockAddresses, isUf2, readMemory, writeMemory } from "./uf2";

/**
 * Adds entries to the store in an image from the CLI's `bundle`.
 * @throws Error if the image has no store
 */
export function addToImage(image: Buffer, entries: StoreEntry[]): void {
  const { store, write } = isUf2(image) ? storeInUf2(image) : storeInBinary(image);
  for (const entry of entries) addToStore(store, entry);
  write?.();
}

function storeInBinary(image: Buffer): { store: Buffer; write?: () => void } {
  const at = findStore(image);
  if (at < 0) throw new Error("no store in the image");
  return { store: image.subarray(at) };
}

function storeInUf2(image: Buffer): { store: Buffer; write: () => void } {
  for (const address of blockAddresses(image)) {
    const memory = readMemory(image, address);
    if (findStore(memory) === 0) {
      return { store: memory, write: () => writeMemory(image, address, memory) };
    }
  }
  throw new Error("no store in the image");
}
