/**
 * Marks of Jacdac frames on a serial line, as a board sends them: START and END enclose a frame,
 * and all bytes outside of frames are the board's log.
 */
const MAGIC = 0xfe;
const LITERAL = 0xf8;
const START = 0xfc;
const END = 0xfd;

export function encode(frame: Uint8Array): Buffer {
  const bytes = [...frame].flatMap((byte) => (byte === MAGIC ? [MAGIC, LITERAL] : [byte]));
  return Buffer.from([MAGIC, START, ...bytes, MAGIC, END]);
}

export class Decoder {
  private frame: number[] | undefined;
  private afterMagic = false;

  constructor(private readonly onFrame: (frame: Buffer) => void) {}

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.afterMagic) this.mark(byte);
      else if (byte === MAGIC) this.afterMagic = true;
      else this.frame?.push(byte);
    }
  }

  private mark(byte: number): void {
    this.afterMagic = false;
    if (byte === START) this.frame = [];
    else if (byte === LITERAL) this.frame?.push(MAGIC);
    else if (byte === END && this.frame) {
      this.onFrame(Buffer.from(this.frame));
      this.frame = undefined;
    }
  }
}
