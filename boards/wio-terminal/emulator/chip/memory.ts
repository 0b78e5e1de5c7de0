/** The chip's memory as the core's exceptions use it. */
export const RAM = 0x2000_0000;
export const RAM_SIZE = 192 * 1024;

export interface Memory {
  word(address: number): number;
  setWord(address: number, value: number): void;
  /** Whether there is RAM at that address. */
  isRam(address: number): boolean;
}
