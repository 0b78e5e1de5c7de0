/** The chip's memory, as exception entry and return use it. */
export const RAM_ADDRESS = 0x2000_0000;
export const RAM_BYTES = 192 * 1024;

export interface Memory {
  word(address: number): number;
  setWord(address: number, value: number): void;
  /** Whether the address is in RAM. */
  isRam(address: number): boolean;
}
