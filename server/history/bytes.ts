/** Compact encoding of numbers, for a history with millions of rows. */

/** Tags in the lowest two bits of a number's first varint. The remaining bits hold the value. */
const WHOLE = 0;
const HUNDREDTHS = 1;
const FLOAT = 2;
const ABSENT = 3;
/** Limit for a number's difference: zigzag-coded and times four, it must stay an exact integer. */
const DIFFERENCE_MAX = 2 ** 49;

export class ByteWriter {
  private bytes = new Uint8Array(1_024);
  private length = 0;

  /**
   * @param value a whole number from 0 to 2^53 - 1; encoded with seven bits a byte, lowest first
   *   (LEB128)
   */
  varint(value: number): void {
    if (this.length + 8 > this.bytes.length) this.grow();
    while (value > 127) {
      this.bytes[this.length++] = (value % 128) + 128;
      value = Math.floor(value / 128);
    }
    this.bytes[this.length++] = value;
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.varint(bytes.length);
    for (const byte of bytes) this.byte(byte);
  }

  /**
   * Writes a number as its difference from `near`.
   * @param near a number that writer and reader both know; the closer to `value`, the fewer bytes
   */
  number(value: number | undefined, near: number): void {
    if (value === undefined) {
      this.varint(ABSENT);
      return;
    }
    const whole = value - Math.round(near);
    if (
      Number.isInteger(value) &&
      Math.abs(whole) < DIFFERENCE_MAX &&
      whole + Math.round(near) === value
    ) {
      this.varint(4 * zigzag(whole) + WHOLE);
      return;
    }
    const hundredths = Math.round(value * 100);
    const step = hundredths - Math.round(near * 100);
    const isExact = (step + Math.round(near * 100)) / 100 === value;
    if (isExact && Math.abs(step) < DIFFERENCE_MAX) {
      this.varint(4 * zigzag(step) + HUNDREDTHS);
      return;
    }
    this.varint(FLOAT);
    const float = new Uint8Array(Float64Array.of(value).buffer);
    for (const byte of float) this.byte(byte);
  }

  /** Returns a copy of the written bytes and clears the writer. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  private byte(byte: number): void {
    if (this.length === this.bytes.length) this.grow();
    this.bytes[this.length++] = byte;
  }

  private grow(): void {
    const bytes = new Uint8Array(2 * this.bytes.length);
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}

/** Reads what `ByteWriter` wrote. Every method throws an Error if the bytes are malformed. */
export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 56; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new Error("malformed: a number in the history has too many bytes");
  }

  text(): string {
    const length = this.varint();
    return new TextDecoder().decode(
      Uint8Array.from({ length: this.within(length) }, () => this.byte()),
    );
  }

  number(near: number): number | undefined {
    const coded = this.varint();
    const rest = unzigzag(Math.floor(coded / 4));
    switch (coded % 4) {
      case WHOLE:
        return rest + Math.round(near);
      case HUNDREDTHS:
        return (rest + Math.round(near * 100)) / 100;
      case ABSENT:
        return undefined;
      default: {
        const float = Uint8Array.from({ length: 8 }, () => this.byte());
        return new Float64Array(float.buffer)[0];
      }
    }
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error("malformed: a record of the history ends too early");
    return byte;
  }

  private within(length: number): number {
    if (this.at + length > this.bytes.length)
      throw new Error("malformed: a record of the history ends too early");
    return length;
  }
}

/** Maps small numbers of either sign to small non-negative ones: 0, -1, 1, -2 become 0, 1, 2, 3. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(coded: number): number {
  return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
}
