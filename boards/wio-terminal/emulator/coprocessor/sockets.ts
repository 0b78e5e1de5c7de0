/**
 * The coprocessor's TCP sockets: lwIP 2.0.2 as in the released firmware, on real sockets of this
 * machine. Its `fcntl` takes O_NONBLOCK and its `connect` ignores it: read in the machine code of
 * Seeed's images 2.1.1 to 2.1.3, and seen on a board (rpcWiFi issue 29).
 */
import { createConnection, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export const ERRNO = {
  badFile: 9,
  again: 11,
  aborted: 103,
  connectionReset: 104,
  isConnected: 106,
  notConnected: 107,
  connectionRefused: 111,
  hostUnreachable: 113,
} as const;

const SOCKETS_MAX = 8;
/** lwIP's window on the chip: five segments. The peer waits if it is full. */
const WINDOW = 5 * 1460;
/** lwIP sends a SYN again after 3 s, then after twice the time, up to six times. */
const SYN_AGAIN_MS = 3000;
const SYN_RETRIES = 6;

interface Connection {
  state: "new" | "connecting" | "open" | "failed";
  socket?: Socket;
  /** Ends a connect that waits. */
  readonly closed: AbortController;
  received: Buffer[];
  receivedBytes: number;
  ended: boolean;
  /** The network went away while it was connecting: no SYN arrives any more. */
  cutOff: boolean;
  errno: number;
}

export class Sockets {
  /** Whether a connect waits to send its SYN again. */
  isWaiting = false;
  private readonly connections = new Map<number, Connection>();
  /** As in lwIP: kept until the next failure. */
  errno = 0;
  /** The most bytes that one send takes, to test partial sends. */
  sendLimit = Infinity;
  /** How many of the next SYNs are lost. Infinity is a host that is down. */
  lostSyns = 0;
  /** What a refused connect gives: 104 by the firmware's table, which nobody has run; or 111. */
  refusal: number = ERRNO.connectionReset;

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
        errno: 0,
      });
      return handle;
    }
    return this.fail(12);
  }

  /** `fcntl(F_SETFL)`: it accepts any flags, which change nothing. */
  setFlags(handle: number): number {
    return this.connections.has(handle) ? 0 : this.fail(ERRNO.badFile);
  }

  /** Answers when the connection is open, refused or given up, which may take minutes. */
  async connect(handle: number, address: string, port: number): Promise<number> {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    if (connection.state === "open") return this.fail(ERRNO.isConnected);
    if (connection.state === "failed") return this.fail(connection.errno);
    connection.state = "connecting";
    for (let retry = 0; this.isLost(connection); retry++) {
      this.isWaiting = true;
      await delay(SYN_AGAIN_MS << retry, undefined, { signal: connection.closed.signal }).catch(
        () => undefined,
      );
      this.isWaiting = false;
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
    const nothing = Buffer.alloc(1); // what the firmware sends if there is no data
    const connection = this.connections.get(handle);
    if (!connection) return { result: this.fail(ERRNO.badFile), bytes: nothing };
    const [first, ...rest] = connection.received;
    if (first) {
      const bytes = first.subarray(0, length);
      const left = first.subarray(length);
      connection.received = left.length > 0 ? [left, ...rest] : rest;
      connection.receivedBytes -= bytes.length;
      if (connection.receivedBytes < WINDOW) connection.socket?.resume();
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

  /** Fails because there is no network. */
  unreachable(): number {
    return this.fail(ERRNO.hostUnreachable);
  }

  /**
   * The network and all connections are gone; the handles stay until they are closed. A connect
   * goes on until its retries end.
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

  /** Power is gone. Peers do not notice until they write. */
  reset(): void {
    for (const handle of [...this.connections.keys()]) this.close(handle);
    this.errno = 0;
  }

  /** Whether the next SYN gets lost. */
  private isLost(connection: Connection): boolean {
    if (connection.cutOff) return true;
    if (this.lostSyns === 0) return false;
    this.lostSyns--;
    return true;
  }

  private async dial(connection: Connection, host: string, port: number): Promise<void> {
    const socket = createConnection({ host, port, noDelay: true });
    connection.socket = socket;
    socket.on("data", (bytes) => {
      connection.received.push(bytes);
      connection.receivedBytes += bytes.length;
      if (connection.receivedBytes >= WINDOW) socket.pause();
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
