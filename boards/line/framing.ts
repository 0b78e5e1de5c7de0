/**
 * The bytes on a board's serial line: Jacdac frames between marks, and outside of frames the text
 * of the board's log (jacdac-spec, services/usbbridge.md). Pure.
 */
const MARK = 0xfe;
/** Values of the byte after a mark. */
const [LITERAL, START, END] = [0xf8, 0xfc, 0xfd];

/** Sizes of frames and packets: jacdac-spec, protocol.md. */
export const [HEADER_BYTES, PACKET_HEADER_BYTES, PACKETS_MAX_BYTES] = [12, 4, 240];
const FRAME_MAX_BYTES = HEADER_BYTES + PACKETS_MAX_BYTES;
/** Maximum length of a log line. The bytes are untrusted input, so a longer line is cut. */
const TEXT_MAX_BYTES = 1024;

export function encodeFrame(frame: Uint8Array): Uint8Array {
  const bytes = [...frame].flatMap((byte) => (byte === MARK ? [MARK, LITERAL] : [byte]));
  return Uint8Array.from([MARK, START, ...bytes, MARK, END]);
}

/** CRC-16 of a frame from its third byte (CCITT's polynomial, initial value 0xffff). */
export function frameCrc(frame: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of frame.subarray(2)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

/** Decodes the line into frames and log lines. Damaged frames are counted and skipped. */
export class LineDecoder {
  damaged = 0;
  private frame: number[] | undefined;
  private text: number[] = [];
  private isAfterMark = false;

  constructor(
    private readonly onFrame: (frame: Uint8Array) => void,
    private readonly onLine: (line: string) => void,
  ) {}

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.isAfterMark) this.mark(byte);
      else if (byte === MARK) this.isAfterMark = true;
      else this.take(byte);
    }
  }

  private mark(byte: number): void {
    this.isAfterMark = false;
    if (byte === LITERAL) this.take(MARK);
    else if (byte === START) this.frame = [];
    else if (byte === END && this.frame) {
      const frame = Uint8Array.from(this.frame);
      this.frame = undefined;
      if (isWhole(frame)) this.onFrame(frame);
      else this.damaged++;
    }
  }

  private take(byte: number): void {
    if (this.frame) {
      if (this.frame.length < FRAME_MAX_BYTES) this.frame.push(byte);
      else {
        this.frame = undefined;
        this.damaged++;
      }
    } else if (byte === 0x0a || this.text.length === TEXT_MAX_BYTES) {
      const line = new TextDecoder().decode(Uint8Array.from(this.text)).replace(/\r$/, "");
      this.text = byte === 0x0a ? [] : [byte];
      if (line !== "") this.onLine(line);
    } else this.text.push(byte);
  }
}

function isWhole(frame: Uint8Array): boolean {
  const [low = 0, high = 0, size = 0] = frame;
  return (
    frame.length >= HEADER_BYTES + PACKET_HEADER_BYTES &&
    frame.length === HEADER_BYTES + size &&
    frameCrc(frame) === (low | (high << 8))
  );
}
