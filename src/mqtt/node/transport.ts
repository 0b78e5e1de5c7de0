/** A Node socket with the interface that the client expects. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { Address, Transport, Waitable } from "../platform";
import { wait, wake } from "./waiting";

/** Maximum number of unread chunks. Beyond it the socket pauses, and TCP makes the broker wait. */
const MAX_CHUNKS = 4;
/** Time limit for sending the last bytes after close(), in ms. */
const LINGER_MS = 1000;

export class NodeTransport implements Transport {
  readonly buffers: Buffer[] = [];
  private reader: Waitable = {};
  private readonly writers: Waitable[] = [];
  private error: Error | undefined;
  private closed = false;

  private constructor(private readonly socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.buffers.push(chunk);
      if (this.buffers.length >= MAX_CHUNKS) socket.pause();
      wake(this.reader);
    });
    socket.on("error", (error) => (this.error = error));
    for (const event of ["end", "close"])
      socket.on(event, () => {
        this.closed = true;
        wake(this.reader);
      });
    for (const event of ["drain", "close"])
      socket.on(event, () => {
        for (const writer of this.writers.splice(0)) wake(writer);
      });
  }

  /**
   * @param secure for TLS: the certificates that the client trusts, and its own certificate
   * @throws Error if there is no connection within `timeout`
   */
  static open(address: Address, secure: ConnectionOptions): Promise<NodeTransport> {
    const { host, port, proto, timeout } = address;
    const isTls = proto === "tls";
    return new Promise((resolve, reject) => {
      // SNI takes host names only, not addresses [RFC 6066, 3].
      const named = isIP(host) === 0 ? { servername: host } : {};
      const socket = isTls
        ? connectTls({ ...named, ...secure, host, port })
        : connectTcp({ host, port });
      const timer = setTimeout(() => socket.destroy(new Error("time-out")), timeout);
      const failed = (error: Error | boolean) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error("closed by the broker"));
      };
      socket.once("error", failed).once("close", failed);
      socket.once(isTls ? "secureConnect" : "connect", () => {
        clearTimeout(timer);
        socket.off("error", failed).off("close", failed).setNoDelay();
        resolve(new NodeTransport(socket));
      });
    });
  }

  /** Implements Platform.read() for this transport. */
  async read(timeoutMs: number, target: Waitable): Promise<Buffer | null | undefined> {
    if (this.buffers.length === 0 && !this.closed) {
      this.reader = target;
      await wait(target, timeoutMs);
    }
    const chunk = this.buffers.shift();
    if (chunk) {
      if (this.buffers.length === 0) this.socket.resume();
      return chunk;
    }
    if (this.error) throw this.error;
    return this.closed ? null : undefined;
  }

  async send(packet: Buffer): Promise<void> {
    if (!this.closed && this.socket.write(packet)) return;
    if (!this.closed) {
      const writer: Waitable = {};
      this.writers.push(writer);
      await wait(writer);
    }
    if (this.closed) throw this.error ?? new Error("closed by the broker");
  }

  close(): Promise<void> {
    this.socket.destroySoon();
    setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
    return Promise.resolve();
  }
}
