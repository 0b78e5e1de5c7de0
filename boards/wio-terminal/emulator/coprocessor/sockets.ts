/**
 * The coprocessor's TCP sockets: lwIP 2.0.2 as in the released firmware, on real sockets of this
 * machine. `fcntl` accepts O_NONBLOCK, and `connect` ignores the flag. The source is the machine
 * code of Seeed's images 2.1.1 to 2.1.3; a board showed the same behaviour (rpcWiFi issue 29).
 */
import { createConnection, type Socket } from "node:net";
import type { Delays } from "./delays";

const ERRNO = {
  badFile: 9,
  again: 11,
  notImplemented: 38,
  noSuchOption: 92,
  aborted: 103,
  connectionReset: 104,
  isConnected: 106,
  notConnected: 107,
  connectionRefused: 111,
  hostUnreachable: 113,
} as const;

const O_NONBLOCK = 1;
const SOL_SOCKET = 0xfff;
const SO_ERROR = 0x1007;

const SOCKETS_MAX = 8;
/** lwIP's receive window on the chip: five segments. The peer waits while the window is full. */
const WINDOW_BYTES = 5 * 1460;
/** lwIP repeats a SYN after 3 s, then doubles the delay, up to six times. */
const SYN_AGAIN_MS = 3000;
const SYN_RETRIES = 6;
/** The polling interval of the model's `select`. */
const SELECT_MS = 5;

interface Connection {
  state: "new" | "connecting" | "open" | "failed";
  socket?: Socket;
  /** Aborted when the socket is closed. This ends a pending connect. */
  readonly closed: AbortController;
  received: Buffer[];
  receivedBytes: number;
  ended: boolean;
  /** Set if the network disappeared during a connect: every further SYN is lost. */
  cutOff: boolean;
  /** The O_NONBLOCK flag as `fcntl` set it. As in the firmware, the flag has no effect. */
  nonBlocking: boolean;
  errno: number;
}

export class Sockets {
  private readonly connections = new Map<number, Connection>();
  /** The last error, kept until the next failure, as in lwIP. */
  errno = 0;
  /** The maximum number of bytes that one `send` accepts. Tests lower it to get partial sends. */
  sendLimit = Infinity;
  /** The number of further SYNs to lose. Infinity models a host that is down. */
  synsToLose = 0;
  /**
   * The errno of a refused connect: ECONNRESET (104), as in the firmware's table, which no board
   * has confirmed. Tests also set ECONNREFUSED (111).
   */
  refusal: number = ERRNO.connectionReset;

  constructor(private readonly waits: Delays) {}

  get open(): number {
    return this.connections.size;
  }

  create(): number {
    for (let handle = 0; handle < SOCKETS_MAX; handle++) {
      if (this.connections.has(handle)) continue;
      this.connections.set(handle, {
        state: "new",
        closed: new AbortController(),
        received: [],
        receivedBytes: 0,
        ended: false,
        cutOff: false,
        nonBlocking: false,
        errno: 0,
      });
      return handle;
    }
    return this.fail(12);
  }

  /** Serves `fcntl(F_GETFL)`. */
  flags(handle: number): number {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    return connection.nonBlocking ? O_NONBLOCK : 0;
  }

  /** Serves `fcntl(F_SETFL)`, which accepts only O_NONBLOCK. */
  setFlags(handle: number, value: number): number {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    if (value & ~O_NONBLOCK) return this.notImplemented();
    connection.nonBlocking = value === O_NONBLOCK;
    return 0;
  }

  /** Serves `getsockopt`. The model supports only SO_ERROR, which is cleared by reading. */
  option(handle: number, level: number, option: number): { result: number; value: number } {
    const connection = this.connections.get(handle);
    if (!connection) return { result: this.fail(ERRNO.badFile), value: 0 };
    if (level !== SOL_SOCKET || option !== SO_ERROR)
      return { result: this.fail(ERRNO.noSuchOption), value: 0 };
    const value = connection.errno;
    connection.errno = 0;
    return { result: 0, value };
  }

  /** Waits until a socket is ready. @returns the number of ready sockets, 0 after the timeout */
  async select(read: readonly number[], write: readonly number[], ms: number): Promise<number> {
    const asked = [...read, ...write].map((handle) => this.connections.get(handle));
    if (asked.includes(undefined)) return this.fail(ERRNO.badFile);
    const isClosed = (): boolean => asked.some((connection) => connection?.closed.signal.aborted);
    const { signal } = new AbortController();
    for (let waitedMs = 0; ; waitedMs += SELECT_MS) {
      const ready = this.countReady(read, canReceive) + this.countReady(write, canSend);
      if (ready > 0 || isClosed() || waitedMs >= ms) return ready;
      await this.waits.wait(SELECT_MS, signal);
    }
  }

  notImplemented(): number {
    return this.fail(ERRNO.notImplemented);
  }

  /** Resolves when the connection is open, refused or given up, which may take minutes. */
  async connect(handle: number, address: string, port: number): Promise<number> {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    if (connection.state === "open") return this.fail(ERRNO.isConnected);
    if (connection.state === "failed") return this.fail(connection.errno);
    connection.state = "connecting";
    for (let retry = 0; this.isLost(connection); retry++) {
      await this.waits.wait(SYN_AGAIN_MS << retry, connection.closed.signal);
      if (connection.closed.signal.aborted) return -1;
      if (retry < SYN_RETRIES) continue;
      connection.state = "failed";
      connection.errno = ERRNO.aborted;
      return this.fail(ERRNO.aborted);
    }
    await this.dial(connection, address, port);
    return connection.errno === 0 ? 0 : this.fail(connection.errno);
  }

  send(handle: number, bytes: Buffer): number {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    if (connection.state === "failed") return this.fail(connection.errno);
    if (connection.state !== "open") return this.fail(ERRNO.notConnected);
    const part = bytes.subarray(0, this.sendLimit);
    connection.socket?.write(part);
    return part.length;
  }

  receive(handle: number, length: number): { result: number; bytes: Buffer } {
    const nothing = Buffer.alloc(1); // the firmware sends one byte if there is no data
    const connection = this.connections.get(handle);
    if (!connection) return { result: this.fail(ERRNO.badFile), bytes: nothing };
    const [first, ...rest] = connection.received;
    if (first) {
      const bytes = first.subarray(0, length);
      const left = first.subarray(length);
      connection.received = left.length > 0 ? [left, ...rest] : rest;
      connection.receivedBytes -= bytes.length;
      if (connection.receivedBytes < WINDOW_BYTES) connection.socket?.resume();
      return { result: bytes.length, bytes };
    }
    if (connection.state === "failed")
      return { result: this.fail(connection.errno), bytes: nothing };
    if (connection.ended) return { result: 0, bytes: nothing };
    if (connection.state === "new")
      return { result: this.fail(ERRNO.notConnected), bytes: nothing };
    return { result: this.fail(ERRNO.again), bytes: nothing };
  }

  close(handle: number): number {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    connection.closed.abort();
    connection.socket?.destroy();
    this.connections.delete(handle);
    return 0;
  }

  /** Fails a call because there is no network. */
  unreachable(): number {
    return this.fail(ERRNO.hostUnreachable);
  }

  /**
   * Ends all connections because the network is gone. The handles stay until they are closed. A
   * pending connect goes on until its retries are used up.
   */
  abort(): void {
    for (const connection of this.connections.values()) {
      if (connection.state === "connecting") connection.cutOff = true;
      if (connection.state === "new" || connection.state === "connecting") continue;
      connection.socket?.destroy();
      connection.received = [];
      connection.state = "failed";
      connection.errno = ERRNO.aborted;
    }
  }

  /** Models a power cut. Peers do not notice until they write. */
  reset(): void {
    for (const handle of [...this.connections.keys()]) this.close(handle);
    this.errno = 0;
  }

  private countReady(handles: readonly number[], is: (connection: Connection) => boolean): number {
    return handles.filter((handle) => {
      const connection = this.connections.get(handle);
      return connection !== undefined && is(connection);
    }).length;
  }

  /** Whether the next SYN is lost. */
  private isLost(connection: Connection): boolean {
    if (connection.cutOff) return true;
    if (this.synsToLose === 0) return false;
    this.synsToLose--;
    return true;
  }

  private async dial(connection: Connection, host: string, port: number): Promise<void> {
    const socket = createConnection({ host, port, noDelay: true });
    connection.socket = socket;
    socket.on("data", (bytes) => {
      connection.received.push(bytes);
      connection.receivedBytes += bytes.length;
      if (connection.receivedBytes >= WINDOW_BYTES) socket.pause();
    });
    socket.on("end", () => (connection.ended = true));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      connection.state = "failed";
      connection.errno = error.code === "ECONNREFUSED" ? this.refusal : ERRNO.connectionReset;
    });
    await new Promise<void>((resolve) => {
      socket.once("connect", () => {
        connection.state = "open";
        resolve();
      });
      socket.once("close", () => resolve());
    });
  }

  private fail(errno: number): number {
    this.errno = errno;
    return -1;
  }
}

/** Whether a receive would return at once, with bytes, an end or an error. */
function canReceive({ received, ended, state }: Connection): boolean {
  return received.length > 0 || ended || state === "failed";
}

function canSend({ state }: Connection): boolean {
  return state === "open" || state === "failed";
}
