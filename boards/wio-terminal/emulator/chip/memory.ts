/** The chip's memory as the core's exceptions use it. */
export interface Memory {
  word(address: number): number;
  setWord(address: number, value: number): void;
  /** Whether there is RAM at that address. */
  isRam(address: number): boolean;
}
