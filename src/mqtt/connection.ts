/** One connection to a broker: packets out, packets in, and whether the other side is there. */
import { Decoder } from "./decoder";
import { DEAD, KeepAlive, PING } from "./keepalive";
import { encodeEmpty, PINGREQ } from "./packet";
import type { Platform, Transport, Waiting } from "./platform";

/** How long TCP or TLS, and then CONNACK, may take, in ms. */
const CONNECT_TIMEOUT_MS = 10000;

/** Where it is. */
export interface Broker {
  host: string;
  /** Usually 1883, or 8883 with TLS. */
  port: number;
  /** Default false. */
  tls?: boolean;
}

/**
 * Used again for each connection. One task, the reader, calls open(), next() and close(); any task
 * may write().
 */
export class Connection implements Waiting {
  readonly decoder: Decoder;
  readonly keepAlive: KeepAlive;
  /** For the platform: the reader. */
  waiter?: unknown;

  private transport: Transport | undefined;
  private error: string | undefined;
  private written = 0;
  private read = 0;

  /**
   * @param keepAliveS seconds
   * @param limit the longest body kept, in bytes
   */
  constructor(
    private readonly platform: Platform,
    keepAliveS: number,
    limit: number,
  ) {
    this.decoder = new Decoder(limit);
    this.keepAlive = new KeepAlive(keepAliveS);
  }

  /** Connects and sends the CONNECT packet. @throws Error when either fails */
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
   * Waits for the next packet, which is in `decoder` then, and keeps the connection alive.
   * @throws Error when the connection has ended, with the reason
   */
  async next(): Promise<void> {
    const { decoder, keepAlive, platform } = this;
    const transport = this.transport as Transport;
    for (;;) {
      if (this.error) throw new Error(this.error);
      if (decoder.next()) {
        // A fiber that never pauses is taken for an endless loop and stopped.
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

  /** Hands a packet to the transport. @throws Error when it can't: the connection is over then */
  async write(packet: Buffer): Promise<void> {
    const { platform, transport } = this;
    // Also if connect() has returned nothing, as it can when the broker hangs up at once.
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
    // So that a loop of publishing isn't taken for an endless one, and leaves the socket its turn.
    if ((++this.written & 63) === 0) await platform.sleep(this.written & 511 ? 0 : 1);
  }

  /** Bytes that the system has taken in and next() has not. */
  backlog(): number {
    let bytes = 0;
    for (const chunk of (this.transport as Transport).buffers) bytes += chunk.length;
    return bytes;
  }

  /** Lets next() throw, from any task. */
  drop(reason: string): void {
    this.error = reason;
    // Ends the waiting of next(), as if the time were over.
    this.platform.wake(this);
  }

  async close(): Promise<void> {
    const { transport } = this;
    this.transport = undefined;
    this.waiter = undefined;
    if (transport) await transport.close();
  }
}
