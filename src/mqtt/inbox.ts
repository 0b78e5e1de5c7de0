/**
 * Messages that wait for their handler: a ring of bytes, allocated once. A message of 30 bytes
 * takes 36, so 4 KB hold some 110 of them.
 */
import { copyBytes, readU16, u16 } from "./bytes";

/** Size of the header before each body: flags, connection number and length. */
const HEADER = 6;

export class Inbox {
  /** First byte of the packet that take() found, and the number of its connection. */
  flags = 0;
  connection = 0;
  /** Number of unread bytes of the message that take() found. */
  left = 0;

  private readonly store: Buffer;
  private head = 0;
  private used = 0;

  /** @param size room for pending messages, bytes */
  constructor(size: number) {
    this.store = Buffer.alloc(size);
  }

  /**
   * Appends a message: the first `length` bytes of `body`.
   * @param connection number of the connection that received the message, 0..65535
   * @returns false if there is no room
   */
  put(flags: number, connection: number, body: Buffer, length: number): boolean {
    if (this.used + HEADER + length > this.store.length) return false;
    this.write(u16(flags), 2);
    this.write(u16(connection), 2);
    this.write(u16(length), 2);
    this.write(body, length);
    return true;
  }

  /**
   * Starts the oldest message. The caller must read() all of it before the next take().
   * @returns false if the inbox is empty
   */
  take(): boolean {
    if (this.used === 0) return false;
    this.flags = this.readU16();
    this.connection = this.readU16();
    const length = this.readU16();
    this.left = length;
    return true;
  }

  readU16(): number {
    return readU16(this.read(2), 0);
  }

  /** Reads the next `length` bytes of the message that take() found. */
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
