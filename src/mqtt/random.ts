import { readU16 } from "./bytes";

/**
 * Returns a number 0..65535 from the runtime's strong generator: Math.random() starts with the same
 * numbers in every simulator.
 */
export function randomU16(): number {
  const bytes = Buffer.alloc(2);
  (bytes as unknown as { fillRandom(): void }).fillRandom();
  return readU16(bytes, 0);
}
