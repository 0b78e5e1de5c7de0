/**
 * The functions that the client needs from its runtime: connections, tasks, time and random
 * numbers. The interface fits DeviceScript's socket without an adapter, because each layer costs
 * bytecode.
 */

/** A connection over TCP or TLS. */
export interface Transport {
  /** Received chunks that have not been read. */
  readonly buffers: Buffer[];
  /**
   * Hands a packet to the system.
   * @throws Error if the system does not take the packet. If the message ends in "error -1", only
   * the send queue was full, and the caller may retry at once; otherwise the connection has ended.
   */
  send(packet: Buffer): Promise<void>;
  /** Closes the connection; a no-op if it has ended. Never throws. */
  close(): Promise<void>;
}

export interface Address {
  host: string;
  port: number;
  proto: "tcp" | "tls";
  /** Time limit for connecting, in ms. */
  timeout: number;
}

/** An object that one task may wait for. */
export interface Waitable {
  /** The waiting task; its type is known only to the platform. */
  waiter?: unknown;
}

export interface Task<A = void, B = void, C = void, D = void> {
  run(a?: A, b?: B, c?: C, d?: D): Promise<void>;
}

export interface Platform {
  /**
   * Opens a connection.
   * @throws Error if the connection is not established in time
   */
  connect(address: Address): Promise<Transport>;
  /**
   * Waits for bytes.
   * @returns undefined if the timeout has elapsed or `target` was woken; null if the peer has
   * closed the connection
   * @throws Error if the connection is lost
   */
  read(
    transport: Transport,
    timeoutMs: number,
    target: Waitable,
  ): Promise<Buffer | null | undefined>;
  /** Returns the time of a monotonic clock, ms. */
  now(): number;
  /** Pauses the task. With 0 ms, only lets other tasks run. */
  sleep(ms: number): Promise<void>;
  /**
   * Calls the task's run() concurrently with the caller: run() begins when the caller waits next.
   * run() must not throw.
   */
  start<A, B, C, D>(task: Task<A, B, C, D>, a?: A, b?: B, c?: C, d?: D): void;
  /** Waits until `target` is woken, or `timeoutMs` has elapsed. */
  wait(target: Waitable, timeoutMs: number): Promise<void>;
  /** Wakes the task that waits for `target`; a no-op if no task waits. */
  readonly wake: (target: Waitable) => void;
  /** Returns a number 0..65535 that is hard to guess. */
  random(): number;
}
