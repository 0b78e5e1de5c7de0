/**
 * What the client needs of the world that it runs in: connections, tasks, time and chance. It is
 * made so that the socket of DeviceScript fits as it is, because each layer costs bytecode.
 */

/** One connection over TCP or TLS. */
export interface Transport {
  /** What has arrived and was not read. */
  readonly buffers: Buffer[];
  /**
   * Hands a packet to the system.
   * @throws Error if it can't. If the message ends in "error -1", only its queue was full, and the
   * packet may be tried again at once; otherwise the connection is over
   */
  send(packet: Buffer): Promise<void>;
  /** Ends the connection, if it has not ended. Never throws. */
  close(): Promise<void>;
}

export interface Address {
  host: string;
  port: number;
  proto: "tcp" | "tls";
  /** How long connecting may take, in ms. */
  timeout: number;
}

/** What one task may wait for. */
export interface Waiting {
  /** The task that waits; only the platform knows what this is. */
  waiter?: unknown;
}

export interface Task<A = void, B = void, C = void, D = void> {
  run(a?: A, b?: B, c?: C, d?: D): Promise<void>;
}

export interface Platform {
  /** @throws Error if there is no connection in time */
  connect(address: Address): Promise<Transport>;
  /**
   * Waits for bytes.
   * @returns undefined if the time, in ms, is over or target was woken; null if the other side has
   * closed the connection
   * @throws Error if the connection is lost
   */
  read(
    transport: Transport,
    timeoutMs: number,
    target: Waiting,
  ): Promise<Buffer | null | undefined>;
  /** ms, of a clock that only goes forward. */
  now(): number;
  /** At 0 ms it only gives the others their turn. */
  sleep(ms: number): Promise<void>;
  /** Calls run() beside the caller: it begins when the caller waits next. It must not throw. */
  start<A, B, C, D>(task: Task<A, B, C, D>, a?: A, b?: B, c?: C, d?: D): void;
  /** Waits until target is woken, but no longer than this, in ms. */
  wait(target: Waiting, timeoutMs: number): Promise<void>;
  /** Does nothing if no task waits. */
  readonly wake: (target: Waiting) => void;
  /** 0..65535, hard to guess. */
  random(): number;
}
