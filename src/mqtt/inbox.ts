/**
 * Messages that wait for their handler: a ring of bytes, allocated once. A message of 30 bytes
 * takes 35, so 4 KB hold some 120 of them.
 */
import { copyBytes, readU16 } from "./bytes";

/** Flags, connection number and length, before each body. */
const HEADER = 5;

export class Inbox {
  /** Of the message that take() found: first byte of its packet, number of its connection. */
  flags = 0;
  connection = 0;
  /** How many bytes of it have not been read. */
  left = 0;

  private readonly store: Buffer;
  private head = 0;
  private used = 0;

  /** @param size bytes */
  constructor(size: number) {
    this.store = Buffer.alloc(size);
  }

  /**
   * Copies a message in: the first `length` bytes of `body`.
   * @param connection number of the connection that it came on, 0..65535
   * @returns false when there is no room
   */
  put(flags: number, connection: number, body: Buffer, length: number): boolean {
    if (this.used + HEADER + length > this.store.length) return false;
    const header = Buffer.alloc(HEADER);
    header[0] = flags;
    header[1] = connection >> 8;
    header[2] = connection & 255;
    header[3] = length >> 8;
    header[4] = length & 255;
    this.write(header, HEADER);
    this.write(body, length);
    return true;
  }

  /**
   * Goes to the oldest message, which is then to be taken out with read() before the next take().
   * @returns false when there is none
   */
  take(): boolean {
    if (this.used === 0) return false;
    const header = this.read(HEADER);
    this.flags = header[0] as number;
    this.connection = readU16(header, 1);
    this.left = readU16(header, 3);
    return true;
  }

  /** The next `length` bytes of the message that take() found. */
  read(length: number): Buffer {
    const { store, head } = this;
    const to = Buffer.alloc(length);
    const first = Math.min(length, store.length - head);
    copyBytes(to, 0, store, head, first);
    copyBytes(to, first, store, 0, length - first);
    this.head = (head + length) % store.length;
    this.used -= length;
    this.left -= length;
    return to;
  }

  private write(from: Buffer, length: number): void {
    const { store } = this;
    const at = (this.head + this.used) % store.length;
    const first = Math.min(length, store.length - at);
    copyBytes(store, at, from, 0, first);
    copyBytes(store, 0, from, first, length - first);
    this.used += length;
  }
}
