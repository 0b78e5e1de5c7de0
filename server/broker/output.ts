import type { Duplex } from "node:stream";
import type { Journal } from "./journal";

/**
 * If a client has this many bytes left to read, the broker delivers no more messages to the client.
 */
const FULL_BYTES = 256 * 1024;
/**
 * With this many bytes left to read, the broker also stops reading from the client: each of its
 * packets would need an answer.
 */
const STUFFED_BYTES = 4 * FULL_BYTES;
/**
 * Maximum number of packets that wait for the disk; beyond it, the broker stops reading from the
 * client.
 */
const HELD_PACKETS = 10_000;

/** The outputs with data to write in this turn of the event loop. */
let dirty: PacketOutput[] = [];

/**
 * Sends packets to a client: in order, in one write per turn, and only once the disk has the
 * changes on which they depend.
 */
export class PacketOutput {
  private packets: Buffer[] = [];
  private bytes = 0;
  /**
   * Packets that wait until earlier changes are stored (`kept`), and packets queued behind them.
   */
  private held: { packet: Buffer; kept: boolean }[] = [];
  private isClosed = false;
  private isHeldBack = false;

  /** @param onReady called when there is room for more packets again */
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

  /** @param kept whether to wait until all changes made before are stored */
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

  /**
   * Pauses reading from the client while the client does not read or `isBusy` is set, and resumes
   * it afterwards.
   */
  holdBack(isBusy: boolean): void {
    const mustHold =
      isBusy || this.waitingBytes > STUFFED_BYTES || this.held.length >= HELD_PACKETS;
    if (mustHold === this.isHeldBack) return;
    this.isHeldBack = mustHold;
    if (mustHold) this.stream.pause();
    else this.stream.resume();
  }

  /**
   * Writes all packets, and closes. First waits until the changes made before are stored, such as
   * the deletion of the client's will after a DISCONNECT. Does not wait for later changes by other
   * clients.
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
    // Data that still arrives is read and ignored: unread, it would make TCP drop the last answer.
    this.isHeldBack = false;
    this.stream.resume();
  }

  private get waitingBytes(): number {
    return this.stream.writableLength + this.bytes;
  }

  /**
   * Writes one `kept` packet, and the packets that only wait because they are behind that packet.
   */
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

/**
 * Writes each output once per turn: a system call costs more than everything else about a packet.
 */
function flushAll(): void {
  const outputs = dirty;
  dirty = [];
  for (const output of outputs) output.flush();
}
