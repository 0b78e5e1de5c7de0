/** One connection to a broker: sends packets, receives packets, and detects a dead peer. */
import { Decoder } from "./decoder";
import { DEAD, KeepAlive, PING } from "./keepalive";
import { encodeEmpty, PINGREQ } from "./packet";
import type { Platform, Transport, Waitable } from "./platform";

/** Time limit for TCP or TLS to connect, and then for CONNACK, in ms. */
const CONNECT_TIMEOUT_MS = 10000;

/** The address of a broker. */
export interface Broker {
  host: string;
  /** Usually 1883, or 8883 with TLS. */
  port: number;
  /** Whether to use TLS. Default false. */
  tls?: boolean;
}

/**
 * A connection object, reused for each reconnect. One task, the reader, calls open(), next() and
 * close(); any task may call write().
 */
export class Connection implements Waitable {
  readonly decoder: Decoder;
  readonly keepAlive: KeepAlive;
  /** For the platform: the reader task, while it waits. */
  waiter?: unknown;

  private transport: Transport | undefined;
  private error: string | undefined;
  private written = 0;
  private read = 0;

  /**
   * @param keepAliveS seconds
   * @param limit the longest body that is kept, in bytes
   */
  constructor(
    private readonly platform: Platform,
    keepAliveS: number,
    limit: number,
  ) {
    this.decoder = new Decoder(limit);
    this.keepAlive = new KeepAlive(keepAliveS);
  }

  /**
   * Connects and sends the CONNECT packet.
   * @throws Error if connecting or sending fails
   */
  async open(broker: Broker, packet: Buffer): Promise<void> {
    this.error = undefined;
    this.decoder.reset();
    const { platform } = this;
    this.transport = await platform.connect({
      host: broker.host,
      port: broker.port,
      proto: broker.tls ? "tls" : "tcp",
      timeout: CONNECT_TIMEOUT_MS,
    });
    this.keepAlive.connecting(platform.now(), CONNECT_TIMEOUT_MS);
    await this.write(packet);
  }

  /**
   * Waits for the next packet and leaves it in `decoder`; sends pings to keep the connection alive.
   * @throws Error with the reason when the connection has ended
   */
  async next(): Promise<void> {
    const { decoder, keepAlive, platform } = this;
    const transport = this.transport as Transport;
    for (;;) {
      if (this.error) throw new Error(this.error);
      if (decoder.next()) {
        // The runtime considers a fiber that never pauses an endless loop and stops it.
        if ((++this.read & 7) === 0) await platform.sleep(0);
        return;
      }
      const wait = keepAlive.next(platform.now());
      if (wait === DEAD) throw new Error("no answer");
      if (wait === PING) await this.write(encodeEmpty(PINGREQ));
      else {
        const chunk = await platform.read(transport, wait, this);
        if (chunk === null) throw new Error("closed by the broker");
        if (chunk) {
          decoder.push(chunk);
          keepAlive.received(platform.now());
        }
      }
    }
  }

  /**
   * Hands a packet to the transport.
   * @throws Error if the transport fails, which ends the connection
   */
  async write(packet: Buffer): Promise<void> {
    const { platform, transport } = this;
    // connect() returns nothing if the broker hangs up at once, so this also covers that case.
    if (!transport) throw new Error("not connected");
    for (let tries = 0; ; tries++) {
      try {
        await transport.send(packet);
        break;
      } catch (e) {
        const { message } = e as Error;
        // The runtime's send queue is full and nothing was sent; send() has paused for 10 ms.
        if (tries < 500 && message.slice(message.length - 8) === "error -1") continue;
        if (transport === this.transport) this.drop(message);
        throw e;
      }
    }
    this.keepAlive.sent(platform.now());
    // Pauses, so that a loop of publish() is not considered an endless loop, and the socket gets
    // its turn.
    if ((++this.written & 63) === 0) await platform.sleep(this.written & 511 ? 0 : 1);
  }

  /** Number of bytes that the system has received and next() has not read. */
  backlog(): number {
    let bytes = 0;
    for (const chunk of (this.transport as Transport).buffers) bytes += chunk.length;
    return bytes;
  }

  /** Makes next() throw; may be called from any task. */
  drop(reason: string): void {
    this.error = reason;
    // Ends the wait in next() as if it had timed out.
    this.platform.wake(this);
  }

  async close(): Promise<void> {
    const { transport } = this;
    this.transport = undefined;
    this.waiter = undefined;
    if (transport) await transport.close();
  }
}
