/** What a board's network stack takes in before it stops the sender, bytes. */
const WINDOW_BYTES = 4096;
/** One TCP segment, bytes. */
const SEGMENT_BYTES = 1460;
/** How fast the window opens again: 100 KB/s, more than a board's radio brings. */
const BYTES_PER_MS = 100;

/**
 * What has come for the virtual machine, handed out no faster than a board would take it: the
 * machine's whole heap is 64 KB, and a browser delivers a message at once. Pure.
 */
export class ReceiveWindow {
  private readonly waiting: Uint8Array[] = [];
  private open = WINDOW_BYTES;
  private atMs = 0;

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
      this.waiting.push(bytes.subarray(at, at + SEGMENT_BYTES));
  }

  /** @returns the next segment; a number of ms after which to ask again; undefined if none waits */
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
