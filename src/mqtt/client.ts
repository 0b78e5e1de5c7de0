/** An MQTT 3.1.1 client that stays connected. */
import { Backoff } from "./backoff";
import { toBytes } from "./bytes";
import { CALLBACK, noLog } from "./callback";
import { isTemporary, refusal } from "./connack";
import { Connection } from "./connection";
import { Delivery, INBOX_FULL } from "./delivery";
import { remove } from "./list";
import type { MqttOptions } from "./options";
import type { QoS } from "./packet";
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
import type { Platform, Waitable } from "./platform";
import { MAX_PUBLISH_ID, Session } from "./session";
import type { Handler, Subscription } from "./subscriptions";
import { Subscriptions } from "./subscriptions";
import { isFilter, isTopic } from "./topic";

export class MqttClient implements Waitable {
  /** True from CONNACK until the connection is lost. */
  connected = false;
  /** Number of reconnects since start(). */
  reconnects = 0;
  /** The task of run(), set by the platform while run() pauses between two attempts to connect. */
  waiter?: unknown;

  /** Called after each CONNACK that accepts the client, in a task of its own. */
  onConnect?: (sessionPresent: boolean) => Promise<void>;
  /** Called when an accepted connection has ended, with the reason. */
  onDisconnect?: (reason: string) => void;
  /** Called when an attempt to connect has failed, with the reason. */
  onConnectFailed?: (reason: string) => void;
  /** Called with each SUBACK: the QoS granted for the filter, 0..2, or 128 if it is refused. */
  onGranted?: (filter: string, granted: number) => void;

  private readonly connection: Connection;
  private readonly delivery: Delivery;
  private readonly session: Session;
  private readonly subscriptions = new Subscriptions();
  private readonly connectPacket: Buffer;
  private readonly ackTimeoutMs: number;
  private readonly log: (line: string) => void;

  private running = false;
  /** True until run() has returned. */
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

  /** Connects, and reconnects after each loss. Returns at once and never throws. */
  start(): void {
    if (this.running) return;
    this.running = true;
    this.active = true;
    this.platform.start(this);
  }

  /** Sends DISCONNECT, so that the broker does not publish the will [MQTT-3.14.4-3]. */
  async stop(): Promise<void> {
    this.running = false;
    this.session.abort("stopped");
    try {
      if (this.connected) await this.connection.write(encodeEmpty(DISCONNECT));
    } catch {
      // The connection is broken, so there is nothing left to disconnect.
    }
    while (this.active) {
      this.connection.drop("stopped");
      this.platform.wake(this);
      await this.platform.sleep(5);
    }
  }

  /**
   * Publishes a message. Resolves at QoS 0 once the socket has taken the message, at QoS 1 with
   * PUBACK and at QoS 2 with PUBCOMP, even if the client has to reconnect first.
   * @throws Error
   * - "not connected" at QoS 0: there is no connection, and the message was not sent
   * - "time-out" at QoS 1 and 2: no acknowledgement within `ackTimeoutMs`. The message may have
   *   arrived. At QoS 1 the client does not resend it. At QoS 2 the client completes the exchange
   *   if the message was already sent. Otherwise the broker would take the next message with that
   *   id for a duplicate.
   * - "session lost" at QoS 2: the broker lost the session before the exchange was complete
   * - "stopped", "invalid topic", or at QoS 0 the socket's own error
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
   * Gives up all unacknowledged messages at QoS 1 and 2: their publish() throws "abandoned". Call
   * it in onDisconnect() if messages carry an age: the caller can then publish them again with
   * the present age; the client would repeat the old age. Such messages may arrive twice,
   * even at QoS 2.
   */
  abandon(): void {
    this.session.abort("abandoned");
  }

  /**
   * Subscribes, and renews the subscription after a reconnect if the broker has lost the session.
   * Every handler whose filter matches a message is called with it.
   * @returns the granted QoS. Without a connection, returns the requested QoS at once; the
   * broker's answer then arrives in onGranted().
   * @throws Error "refused", "time-out" or "invalid filter"; the client is not subscribed then
   */
  async subscribe(filter: string, qos: QoS, handler: Handler): Promise<QoS> {
    const granted = await this.ask(filter, qos, handler);
    if (granted === REFUSED) throw new Error("refused");
    return granted as QoS;
  }

  /**
   * Unsubscribes from a filter.
   * @throws Error "time-out" or "invalid filter"
   */
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

  /**
   * The task that connects and reads; start() starts this task. It never waits for code of the
   * application.
   */
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
        // The first packet must be CONNACK [MQTT-3.2.0-1].
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
      // The broker works and keeps the messages; only the handlers were slow. So reconnect at once.
      if (reason === INBOX_FULL) backoff.ended(Infinity);
      else if (acceptedAt > 0) backoff.ended(platform.now() - acceptedAt);
      if (!this.running) break;
      const slow = refused > 0 && !isTemporary(refused);
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

  /** Handles the packet that the decoder has found. */
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
        // An unknown id is also answered with PUBREL, so that the broker can finish the exchange.
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
        throw new Error("unexpected packet"); // such as a second CONNACK
    }
  }

  /** Sends the session's pending packets in order. Only one task at a time sends packets. */
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
      // The connection is broken. The packet is resent on the next connection.
    }
    this.sending = false;
  }

  private async sendSubscription(subscription: Subscription): Promise<void> {
    const { filter, qos, handler } = subscription;
    const id = this.subscriptions.ask(subscription);
    try {
      await this.connection.write(encodeSubscribe(id, filter, handler ? qos : undefined));
    } catch {
      // The connection is broken. The client subscribes again on the next connection.
    }
  }
}
