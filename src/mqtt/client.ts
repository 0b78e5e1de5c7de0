/** An MQTT 3.1.1 client that stays connected. */
import { Backoff } from "./backoff";
import { toBytes } from "./bytes";
import { type Broker, Connection } from "./connection";
import { Delivery, INBOX_FULL } from "./delivery";
import { remove } from "./list";
import type { QoS, Will } from "./packet";
import {
  CONNACK,
  DISCONNECT,
  encodeAck,
  encodeConnect,
  encodeEmpty,
  encodePublish,
  encodeSubscribe,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  REFUSED,
  SUBACK,
  UNSUBACK,
} from "./packet";
import type { Platform, Waiting } from "./platform";
import { MAX_PUBLISH_ID, Session } from "./session";
import type { Handler, Subscription } from "./subscriptions";
import { Subscriptions } from "./subscriptions";
import { isFilter, isTopic } from "./topic";

/** CONNACK's return code that says: not now [MQTT 3.2.2.3]. */
const UNAVAILABLE = 3;

export interface MqttOptions extends Broker {
  /** May be empty only with a clean session [MQTT-3.1.3-7]. */
  clientId: string;
  username?: string;
  /** Only sent with a user name [MQTT-3.1.2-22]. */
  password?: string;
  /** Seconds, 0..65535; 0 is off, and then a half-open connection stays unnoticed. Default 30. */
  keepAliveS?: number;
  /** False: the broker keeps subscriptions and messages at QoS 1 and 2 for us. Default true. */
  cleanSession?: boolean;
  will?: Will;
  /** Longest packet taken in, in bytes; allocated at once. Default 2048. */
  maxPacketBytes?: number;
  /** Room for messages that wait for their handler, in bytes; allocated at once. Default 4096. */
  inboxBytes?: number;
  /** How long publish(), subscribe() and unsubscribe() wait for the broker, ms. Default 20000. */
  ackTimeoutMs?: number;
  /** A connection that held this long, in ms, starts the backoff afresh. Default 10000. */
  stableMs?: number;
  /** Takes a line for each connection that ends and each handler that fails. */
  log?: (line: string) => void;
}

export class MqttClient implements Waiting {
  /** True from CONNACK until the connection is lost. */
  connected = false;
  /** How often a lost connection was established again. */
  reconnects = 0;
  /** For the platform: run(), in the pause between two tries. */
  waiter?: unknown;

  /** Each time that the broker has accepted us; runs in a task of its own. */
  onConnect?: (sessionPresent: boolean) => Promise<void>;
  /** When an accepted connection has ended, and why. */
  onDisconnect?: (reason: string) => void;
  /** When a try to connect has failed, and why. */
  onConnectFailed?: (reason: string) => void;
  /** What the broker has granted for a filter, 0..2, or 128 if it refuses. */
  onGranted?: (filter: string, granted: number) => void;

  private readonly connection: Connection;
  private readonly delivery: Delivery;
  private readonly session: Session;
  private readonly subscriptions = new Subscriptions();
  private readonly connectPacket: Buffer;
  private readonly ackTimeoutMs: number;
  private readonly log: (line: string) => void;

  private running = false;
  /** run() has not ended. */
  private active = false;
  private sending = false;

  /** @throws Error if a text is longer than 65535 bytes */
  constructor(
    private readonly platform: Platform,
    private readonly options: MqttOptions,
  ) {
    const keepAliveS = options.keepAliveS ?? 30;
    const cleanSession = options.cleanSession ?? true;
    const limit = options.maxPacketBytes ?? 2048;
    this.connectPacket = encodeConnect(options, keepAliveS, cleanSession);
    this.log = options.log ?? noLog;
    this.ackTimeoutMs = options.ackTimeoutMs ?? 20000;
    this.session = new Session(platform.random() % MAX_PUBLISH_ID, platform.wake);
    this.connection = new Connection(platform, keepAliveS, limit);
    const room = Math.max(options.inboxBytes ?? 4096, limit + 6);
    const { connection, session, subscriptions } = this;
    this.delivery = new Delivery(platform, connection, session, subscriptions, this.log, room);
  }

  /** Connects, and connects again after each loss. Does not wait, and never throws. */
  start(): void {
    if (this.running) return;
    this.running = true;
    this.active = true;
    this.platform.start(this);
  }

  /** Disconnects properly, so that the broker does not publish the will [MQTT-3.14.4-3]. */
  async stop(): Promise<void> {
    this.running = false;
    this.session.abort("stopped");
    try {
      if (this.connected) await this.connection.write(encodeEmpty(DISCONNECT));
    } catch {
      // It is over either way.
    }
    while (this.active) {
      this.connection.drop("stopped");
      this.platform.wake(this);
      await this.platform.sleep(5);
    }
  }

  /**
   * Sends a message, and returns when its QoS is satisfied: at 0 when the socket has taken it, at
   * 1 at PUBACK, at 2 at PUBCOMP, whatever number of reconnections lies between.
   * @throws Error
   * - "not connected" at QoS 0 without a connection: it was not sent
   * - "time-out" at QoS 1 and 2: no acknowledgement within `ackTimeoutMs`. The message may have
   *   arrived. At QoS 1 the client has let go of it and won't send it again; at QoS 2, once it was
   *   sent, the client carries on with it, because only so it arrives exactly once.
   * - "session lost" at QoS 2: the broker forgot us in the middle of it
   * - "stopped", "invalid topic", or the socket's own words at QoS 0
   */
  async publish(
    topic: string,
    payload: string | Buffer,
    options?: { qos?: QoS; retain?: boolean },
  ): Promise<void> {
    if (!isTopic(topic)) throw new Error("invalid topic");
    const qos = options?.qos ?? 0;
    const retain = options?.retain ?? false;
    if (qos === 0) {
      if (!this.connected) throw new Error("not connected");
      await this.connection.write(encodePublish(topic, payload, 0, retain, 0));
      return;
    }
    const body = toBytes(payload);
    const { platform } = this;
    const deadline = platform.now() + this.ackTimeoutMs;
    while (!this.session.hasRoom(body.length)) {
      if (platform.now() > deadline) throw new Error("time-out");
      await platform.sleep(10);
    }
    const flight = this.session.add(topic, body, qos, retain);
    await this.flush();
    if (!flight.done && !flight.error) await platform.wait(flight, deadline - platform.now());
    if (flight.done) return;
    this.session.withdraw(flight);
    throw new Error(flight.error ?? "time-out");
  }

  /**
   * Lets go of every message at QoS 1 and 2 that is not acknowledged: its publish() throws
   * "abandoned". For messages whose content ages: called in onDisconnect(), it leaves it to the
   * caller to send them again, if they would be sent again as they were. They may then arrive
   * twice, also at QoS 2.
   */
  abandon(): void {
    this.session.abort("abandoned");
  }

  /**
   * Subscribes, now and again after every reconnection if the broker has lost the session.
   * Every handler whose filter covers a message gets it.
   * @returns the granted QoS; without a connection at once the one asked for, and the broker's
   * answer comes to onGranted() then
   * @throws Error "refused" or "time-out", and it is not subscribed then; "invalid filter"
   */
  async subscribe(filter: string, qos: QoS, handler: Handler): Promise<QoS> {
    const granted = await this.ask(filter, qos, handler);
    if (granted === REFUSED) throw new Error("refused");
    return granted as QoS;
  }

  /** @throws Error "time-out"; "invalid filter" */
  async unsubscribe(filter: string): Promise<void> {
    await this.ask(filter, 0, undefined);
  }

  private async ask(filter: string, qos: QoS, handler: Handler | undefined): Promise<number> {
    if (!isFilter(filter)) throw new Error("invalid filter");
    const { subscriptions } = this;
    const subscription = subscriptions.set(filter, qos, handler);
    if (!this.connected) return qos;
    await this.sendSubscription(subscription);
    if (subscription.granted < 0) await this.platform.wait(subscription, this.ackTimeoutMs);
    const { granted } = subscription;
    if (granted < 0 || granted === REFUSED) remove(subscriptions.list, subscription);
    if (granted < 0) throw new Error("time-out");
    return granted;
  }

  /** The one task that connects and reads. Nothing of the application's that waits runs in it. */
  /** For start(). */
  async run(): Promise<void> {
    const { options, connection, platform } = this;
    const backoff = new Backoff(options.stableMs ?? 10000);
    while (this.running) {
      let reason: string;
      let refused = 0;
      let acceptedAt = 0;
      try {
        await connection.open(options, this.connectPacket);
        await connection.next();
        // CONNACK comes first [MQTT-3.2.0-1].
        const { type, code } = connection.decoder;
        if (type !== CONNACK) throw new Error("unexpected packet");
        refused = code;
        if (code !== 0) throw new Error(refusal(code));
        acceptedAt = platform.now();
        await this.accepted();
        for (;;) {
          await connection.next();
          await this.received();
        }
      } catch (e) {
        reason = (e as Error).message;
      }
      this.connected = false;
      await connection.close();
      this.log(reason);
      platform.start(
        CALLBACK,
        this.log,
        acceptedAt > 0 ? this.onDisconnect : this.onConnectFailed,
        reason,
      );
      // If only handlers were slow, the broker is well, and has the rest of the messages.
      if (reason === INBOX_FULL) backoff.ended(Infinity);
      else if (acceptedAt > 0) backoff.ended(platform.now() - acceptedAt);
      if (!this.running) break;
      // Of the refusals only "server unavailable" passes by itself.
      const slow = refused > 0 && refused !== UNAVAILABLE;
      const pauseMs = backoff.pauseMs(platform.random() / 65536, slow);
      this.log(`next try in ${pauseMs} ms`);
      await platform.wait(this, pauseMs);
    }
    this.active = false;
  }

  private async accepted(): Promise<void> {
    const { connection, session } = this;
    const present = connection.decoder.sessionPresent;
    if (session.connection > 0) this.reconnects++;
    connection.keepAlive.connected(this.platform.now());
    session.connected(present);
    this.connected = true;
    for (const subscription of this.subscriptions.connected(present))
      await this.sendSubscription(subscription);
    await this.flush();
    this.platform.start(CALLBACK, this.log, this.onConnect, present);
  }

  /** Acts on the packet in the decoder. */
  private async received(): Promise<void> {
    const { connection, session } = this;
    const { type, id, code } = connection.decoder;
    switch (type) {
      case PUBLISH:
        await this.delivery.arrived();
        break;
      case PUBACK:
      case PUBCOMP:
        session.acknowledged(type, id);
        break;
      case PUBREC:
        // An id that is unknown gets its PUBREL too, so that the broker can end the exchange.
        if (session.acknowledged(type, id)) await this.flush();
        else await connection.write(encodeAck(PUBREL, id));
        break;
      case PUBREL:
        session.released(id);
        await connection.write(encodeAck(PUBCOMP, id)); // [MQTT-4.3.3-2]
        break;
      case SUBACK:
      case UNSUBACK: {
        const subscription = this.subscriptions.answered(id, code);
        if (!subscription) break;
        this.platform.wake(subscription);
        if (type === SUBACK)
          this.platform.start(CALLBACK, this.log, this.onGranted, subscription.filter, code);
        break;
      }
      case PINGRESP:
        break;
      default:
        throw new Error("unexpected packet"); // a second CONNACK
    }
  }

  /** Sends what the session has to send, in its order: one task at a time. */
  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.connected) {
        const packet = this.session.unsent();
        if (!packet) break;
        await this.connection.write(packet);
      }
    } catch {
      // The connection is over; the next one sends it again.
    }
    this.sending = false;
  }

  private async sendSubscription(subscription: Subscription): Promise<void> {
    const { filter, qos, handler } = subscription;
    const id = this.subscriptions.ask(subscription);
    try {
      await this.connection.write(encodeSubscribe(id, filter, handler ? qos : undefined));
    } catch {
      // The next connection asks again.
    }
  }
}

/** Of the application: it may wait, and throw. */
type Callback = (a: never, b: never) => void | Promise<void>;

const CALLBACK = { run: guarded };

async function guarded(
  log: (line: string) => void,
  callback: Callback | undefined,
  a: string | boolean,
  b?: number,
): Promise<void> {
  try {
    if (callback) await callback(a as never, b as never);
  } catch (e) {
    log(`callback: ${(e as Error).message}`);
  }
}

function noLog(): void {
  // nobody listens
}

/** CONNACK's return codes [MQTT 3.2.2.3]. */
function refusal(code: number): string {
  const reasons = [
    "unacceptable protocol version",
    "identifier rejected",
    "server unavailable",
    "bad user name or password",
    "not authorized",
  ];
  return `refused: ${reasons[code - 1] ?? code}`;
}
