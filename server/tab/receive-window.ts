/** Receive window, bytes: a board's network stack accepts this much before it stops the sender. */
const WINDOW_BYTES = 4096;
/** Size of one TCP segment, bytes. */
const SEGMENT_BYTES = 1460;
/** Rate at which the window opens again: 100 KB/s, more than a board's radio delivers. */
const BYTES_PER_MS = 100;

/**
 * Passes received bytes to the virtual machine no faster than a board would accept them: the
 * machine's whole heap is 64 KB, and a browser delivers a message all at once. Pure.
 */
export class ReceiveWindow {
  private readonly waiting: Uint8Array[] = [];
  private open = WINDOW_BYTES;
  private atMs = 0;

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
      this.waiting.push(bytes.subarray(at, at + SEGMENT_BYTES));
  }

  /**
   * Takes the next segment.
   * @returns the segment; or the ms to wait before the next call; undefined if none is pending
   */
  take(nowMs: number): Uint8Array | number | undefined {
    const [segment] = this.waiting;
    if (!segment) return undefined;
    this.open = Math.min(WINDOW_BYTES, this.open + (nowMs - this.atMs) * BYTES_PER_MS);
    this.atMs = nowMs;
    if (this.open < segment.length) return Math.ceil((segment.length - this.open) / BYTES_PER_MS);
    this.open -= segment.length;
    this.waiting.shift();
    return segment;
  }
}
