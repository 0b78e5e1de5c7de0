/** The coprocessor's TCP sockets: they behave like lwIP 2.0.2, on real sockets of this machine. */
import { createConnection, type Socket } from "node:net";

export const ERRNO = {
  badFile: 9,
  again: 11,
  aborted: 103,
  connectionReset: 104,
  isConnected: 106,
  notConnected: 107,
  connectionRefused: 111,
  hostUnreachable: 113,
  inProgress: 115,
} as const;

const SOCKETS_MAX = 8;
/** lwIP's window on the chip: five segments. The peer waits if it is full. */
const WINDOW = 5 * 1460;

interface Connection {
  nonBlocking: boolean;
  state: "new" | "connecting" | "open" | "failed";
  socket?: Socket;
  received: Buffer[];
  receivedBytes: number;
  ended: boolean;
  errno: number;
}

export class Sockets {
  private readonly connections = new Map<number, Connection>();
  /** As in lwIP: kept until the next failure. */
  errno = 0;
  /** The most bytes that one send takes, to test partial sends. */
  sendLimit = Infinity;

  get open(): number {
    return this.connections.size;
  }

  create(): number {
    for (let handle = 0; handle < SOCKETS_MAX; handle++) {
      if (this.connections.has(handle)) continue;
      this.connections.set(handle, {
        nonBlocking: false,
        state: "new",
        received: [],
        receivedBytes: 0,
        ended: false,
        errno: 0,
      });
      return handle;
    }
    return this.fail(12);
  }

  setNonBlocking(handle: number): number {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    connection.nonBlocking = true;
    return 0;
  }

  connect(handle: number, address: string, port: number): number {
    const connection = this.connections.get(handle);
    if (!connection) return this.fail(ERRNO.badFile);
    // A blocking connect would freeze the link for minutes; the board must never ask for it.
    if (!connection.nonBlocking) throw new Error("connect on a blocking socket");
    switch (connection.state) {
      case "new":
        this.dial(connection, address, port);
        return this.fail(ERRNO.inProgress);
      case "connecting":
        return this.fail(114);
      case "open":
        return this.fail(ERRNO.isConnected);
      case "failed":
        return this.fail(connection.errno);
    }
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
    connection.socket?.destroy();
    this.connections.delete(handle);
    return 0;
  }

  /** Fails because there is no network. */
  unreachable(): number {
    return this.fail(ERRNO.hostUnreachable);
  }

  /** The network and all connections are gone; the handles stay until they are closed. */
  abort(): void {
    for (const connection of this.connections.values()) {
      if (connection.state === "new") continue;
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

  private dial(connection: Connection, host: string, port: number): void {
    connection.state = "connecting";
    const socket = createConnection({ host, port, noDelay: true });
    connection.socket = socket;
    socket.on("connect", () => (connection.state = "open"));
    socket.on("data", (bytes) => {
      connection.received.push(bytes);
      connection.receivedBytes += bytes.length;
      if (connection.receivedBytes >= WINDOW) socket.pause();
    });
    socket.on("end", () => (connection.ended = true));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const refused = error.code === "ECONNREFUSED";
      connection.state = "failed";
      connection.errno = refused ? ERRNO.connectionRefused : ERRNO.connectionReset;
    });
  }

  private fail(errno: number): number {
    this.errno = errno;
    return -1;
  }
}
