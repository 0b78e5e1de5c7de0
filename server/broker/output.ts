import type { Duplex } from "node:stream";
import type { Journal } from "./journal";

/** Beyond this much that the client has not read, nothing is delivered to it, bytes. */
const FULL_BYTES = 256 * 1024;
/** Beyond this much nothing more is read from it either: each packet is answered. */
const STUFFED_BYTES = 4 * FULL_BYTES;
/** This many packets may wait for the disk; then their client has to wait. */
const HELD_PACKETS = 10_000;

/** Those with something to write in this turn of the event loop. */
let dirty: Output[] = [];

/** What is sent to a client: in its order, in one write a turn, and not before the disk has it. */
export class Output {
  private packets: Buffer[] = [];
  private bytes = 0;
  /** Sent, but something before them, or they themselves, must be in the store first. */
  private held: { packet: Buffer; kept: boolean }[] = [];
  private isClosed = false;
  private isHeldBack = false;

  /** @param onReady there is room again */
  constructor(
    private readonly stream: Duplex,
    private readonly journal: Journal | undefined,
    private readonly onReady: () => void,
  ) {
    stream.on("drain", () => {
      this.holdBack(false);
      this.onReady();
    });
  }

  get isReady(): boolean {
    return this.waitingBytes < FULL_BYTES && this.held.length < HELD_PACKETS && !this.isClosed;
  }

  /** @param kept not before what was changed until now is in the store */
  send(packet: Buffer, kept: boolean): void {
    if (this.isClosed) return;
    const mustWait = kept && this.journal !== undefined && !this.journal.isSettled;
    if (this.held.length === 0 && !mustWait) {
      this.write(packet);
      return;
    }
    this.held.push({ packet, kept: mustWait });
    if (mustWait) this.journal.settled(() => this.release());
  }

  /** Reads nothing more while the client does not read, or must wait for something. */
  holdBack(isBusy: boolean): void {
    const mustHold =
      isBusy || this.waitingBytes > STUFFED_BYTES || this.held.length >= HELD_PACKETS;
    if (mustHold === this.isHeldBack) return;
    this.isHeldBack = mustHold;
    if (mustHold) this.stream.pause();
    else this.stream.resume();
  }

  /**
   * Writes all that is there, and hangs up. If a DISCONNECT deleted a will, first waits until the
   * will is gone from the disk. Does not wait for what others change from now on.
   */
  end(): void {
    if (this.journal) this.journal.settled(() => this.hangUp());
    else this.hangUp();
  }

  close(): void {
    this.isClosed = true;
    this.packets = [];
    this.held = [];
  }

  private hangUp(): void {
    if (this.isClosed) return;
    this.flush();
    this.close();
    this.stream.end();
    // What still comes is read and ignored: if it were left unread, TCP would drop the last answer.
    this.isHeldBack = false;
    this.stream.resume();
  }

  private get waitingBytes(): number {
    return this.stream.writableLength + this.bytes;
  }

  /** One `kept` packet, and those that wait only because they are behind it. */
  private release(): void {
    if (this.isClosed) return;
    const wasReady = this.isReady;
    let count = this.held[0]?.kept ? 1 : 0;
    while (count < this.held.length && !this.held[count]?.kept) count++;
    for (const { packet } of this.held.splice(0, count)) this.write(packet);
    this.holdBack(false);
    if (!wasReady) this.onReady();
  }

  private write(packet: Buffer): void {
    if (this.packets.length === 0) {
      if (dirty.length === 0) setImmediate(flushAll);
      dirty.push(this);
    }
    this.packets.push(packet);
    this.bytes += packet.length;
  }

  /** @internal */
  flush(): void {
    const { packets } = this;
    if (packets.length === 0) return;
    this.packets = [];
    this.bytes = 0;
    this.stream.write(packets.length === 1 ? packets[0] : Buffer.concat(packets));
  }
}

/** A write costs a system call, which is more than all else that a packet costs. */
function flushAll(): void {
  const outputs = dirty;
  dirty = [];
  for (const output of outputs) output.flush();
}
