import type { Duplex } from "node:stream";
import {
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  REFUSED,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "../../src/mqtt/packet";
import { type Reason, Refusal, type Rejections } from "../base/rejections";
import { messageOf } from "../base/user-error";
import type { Limits } from "../setup/broker-limits";
import {
  type Identity,
  isServers,
  mayPublish,
  maySubscribe,
  mayUseClientId,
  topicError,
} from "./access";
import { Allowance } from "./allowance";
import type { Core, Publication } from "./core";
import type { Journal } from "./journal";
import type { Logins } from "./logins";
import { Output } from "./output";
import {
  ACCEPTED,
  BAD_CLIENT_ID,
  BAD_LOGIN,
  type Connect,
  ConnectRefusal,
  Decoder,
  encodeAck,
  encodeConnack,
  encodeSuback,
  NOT_AUTHORIZED,
  type Packet,
  PINGRESP_PACKET,
  type Publish,
  type Subscribe,
  UNAVAILABLE,
  type Unsubscribe,
  type Will,
} from "./packets";
import type { Outlet, Session } from "./session";

/** What a connection needs of its broker. */
export interface House {
  readonly core: Core;
  readonly journal: Journal | undefined;
  readonly logins: Logins;
  readonly limits: Limits;
  readonly rejections: Rejections;
  /** Clients within this process. */
  readonly locals: Set<unknown>;
  /** A client id for one that came without. */
  newClientId(): string;
  /** A client id was taken over from one address by another. */
  onReplaced(clientId: string, from: string, by: string): void;
  onTrouble(message: string): void;
}

/** A client that has not sent its CONNECT by then is cut off, ms [MQTT 3.1.4]. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A client that was told to go may take this long to read why; longer than a disk may take, ms. */
const FAREWELL_MS = 6_000;

const RETURN_CODES: Partial<Record<Reason, number>> = {
  "client-id": BAD_CLIENT_ID,
  "login-rate": UNAVAILABLE,
  sessions: UNAVAILABLE,
  login: BAD_LOGIN,
};

/** One client on its stream: who it is, what it asks for, and whether it may. */
export class Connection implements Outlet {
  private readonly decoder: Decoder;
  private readonly allowance: Allowance;
  private readonly output: Output;
  private identity: Identity | undefined;
  private session: Session | undefined;
  private state: "new" | "login" | "open" | "ending" = "new";
  /** Of the last packet, or of the change of state. */
  private lastMs: number;
  private keepAliveMs = 0;

  /** @param certificate common name of a verified certificate */
  constructor(
    private readonly house: House,
    private readonly stream: Duplex,
    readonly address: string,
    private readonly certificate: string | undefined,
    private nowMs: number,
  ) {
    const { limits, journal } = house;
    this.lastMs = nowMs;
    this.decoder = new Decoder(limits["packet-bytes"]);
    this.allowance = new Allowance(limits["packets-per-second"], nowMs);
    this.output = new Output(stream, journal, () => this.session?.pump());
    stream.on("data", (chunk: Buffer) => {
      this.nowMs = performance.now();
      if (this.state === "ending") return;
      this.decoder.push(chunk);
      this.work();
    });
    stream.on("end", () => this.end());
    stream.on("error", () => stream.destroy());
    stream.on("close", () => {
      // A login that is still being checked leads to nothing: nobody is there any longer.
      this.state = "ending";
      this.output.close();
      this.leave(false);
    });
  }

  get isLoggedIn(): boolean {
    return this.session !== undefined;
  }

  get isReady(): boolean {
    return this.output.isReady;
  }

  send(packet: Buffer, kept: boolean): void {
    this.output.send(packet, kept);
  }

  replaced(): void {
    this.end();
  }

  /** Cuts it off if it is no longer let in. */
  usersChanged(): void {
    if (this.identity && !this.house.logins.stillKnown(this.identity)) this.end();
  }

  /** To be called about once a second: [MQTT-3.1.2-24], and clients that don't begin or end. */
  tick(nowMs: number): void {
    const silentMs = nowMs - this.lastMs;
    if (this.state === "ending") {
      if (silentMs > FAREWELL_MS) this.stream.destroy();
    } else if (this.state === "new") {
      if (silentMs > CONNECT_TIMEOUT_MS) this.end();
    } else if (this.keepAliveMs > 0 && silentMs > 1.5 * this.keepAliveMs) this.end();
  }

  /** Without a will: the broker itself is what ends. */
  drop(): void {
    this.session = undefined;
    this.stream.destroy();
  }

  private work(): void {
    try {
      while (this.state === "new" || this.state === "open") {
        const packet = this.decoder.next();
        if (!packet) break;
        this.lastMs = this.nowMs;
        this.allowance.spend(this.nowMs);
        this.handle(packet);
      }
    } catch (error) {
      this.fail(error);
    }
    // A login takes its time. Reading goes on meanwhile, or the end of the stream would go unnoticed.
    this.output.holdBack(this.state === "login" && this.decoder.isFull);
  }

  private handle(packet: Packet): void {
    const { session } = this;
    if (!session) {
      // [MQTT-3.1.0-1]
      if (packet.type !== CONNECT)
        throw new Refusal("malformed-packet", `a packet of type ${packet.type} before a CONNECT`);
      this.state = "login";
      void this.login(packet);
      return;
    }
    switch (packet.type) {
      case PUBLISH:
        return this.publish(session, packet);
      case PUBACK:
        return session.acknowledged(packet.id);
      case PUBREC:
        return session.taken(packet.id);
      case PUBREL:
        session.release(packet.id);
        // Not before the id is free in the store too: its next message would be taken for this one.
        return this.send(encodeAck(PUBCOMP, packet.id), true);
      case PUBCOMP:
        return session.completed(packet.id);
      case SUBSCRIBE:
        return this.subscribe(session, packet);
      case UNSUBSCRIBE:
        return this.unsubscribe(session, packet);
      case PINGREQ:
        return this.send(PINGRESP_PACKET, false); // [MQTT-3.12.4-1]
      case DISCONNECT:
        this.leave(true);
        return this.end();
      case CONNECT:
        throw new Refusal("malformed-packet", "a second CONNECT"); // [MQTT-3.1.0-2]
    }
  }

  private async login(packet: Connect): Promise<void> {
    const { address, certificate, house } = this;
    const { username, password, keepAliveS } = packet;
    try {
      const identity = await house.logins.identify({ address, certificate, username, password });
      if (this.state !== "login") return;
      const will = this.admit(identity, packet);
      this.identity = identity;
      this.allowance.isUnlimited = identity.role === "server";
      this.open(packet, identity, will);
      this.keepAliveMs = keepAliveS * 1000;
      this.state = "open";
      this.lastMs = this.nowMs = performance.now();
    } catch (error) {
      this.fail(this.withAnswer(error));
    }
    // What came meanwhile.
    this.work();
  }

  private admit(identity: Identity, { clientId, will }: Connect): Publication | undefined {
    if (!mayUseClientId(identity, clientId))
      throw new Refusal("client-id", `${identity.name} may not use that client id`);
    if (Buffer.byteLength(clientId) > this.house.limits["topic-bytes"])
      throw new Refusal("client-id", "a client id that is longer than a topic may be");
    if (!will) return undefined;
    const error = this.topicError(will.topic);
    if (error) throw new Refusal("will", `a will on ${error}`);
    if (!mayPublish(identity, will.topic))
      throw new Refusal("will", `${identity.name} may not leave a will on ${will.topic}`);
    return publication(identity, will);
  }

  private open(packet: Connect, identity: Identity, will: Publication | undefined): void {
    const { core, limits } = this.house;
    const { clean } = packet;
    const clientId = packet.clientId || this.house.newClientId();
    const other = core.session(clientId)?.connection;
    if (other instanceof Connection) this.house.onReplaced(clientId, other.address, this.address);
    const opened = core.connect({ clientId, clean, owner: identity.name, will });
    if (!opened)
      throw new Refusal("sessions", `one more persistent session: ${limits.sessions} are kept`);
    const { session, isPresent } = opened;
    this.session = session;
    // A session may hold what its client has no right to any longer.
    for (const filter of session.filters.keys())
      if (!maySubscribe(identity, filter)) core.unsubscribe(session, filter);
    session.withdraw((topic) => maySubscribe(identity, topic));
    this.send(encodeConnack(ACCEPTED, isPresent), true);
    session.resume(this);
  }

  private publish(session: Session, packet: Publish): void {
    const { topic, qos, id } = packet;
    const identity = this.identity as Identity;
    const error = this.topicError(topic);
    if (error) throw new Refusal("topic", error);
    if (!mayPublish(identity, topic)) throw new Refusal("publish", `may not publish on ${topic}`);
    // [MQTT-4.3.3-2]: passed on once, when it comes first.
    if (qos < 2 || session.receive(id))
      this.house.core.publish(publication(identity, packet), session);
    if (qos > 0) this.send(encodeAck(qos === 1 ? PUBACK : PUBREC, id), true);
  }

  private subscribe(session: Session, { id, filters }: Subscribe): void {
    const { core } = this.house;
    for (const { filter } of filters) {
      const error = this.topicError(filter);
      if (error) throw new Refusal("topic", error);
    }
    const codes: number[] = [];
    const granted: Subscribe["filters"] = [];
    for (const subscription of filters) {
      const refusal = this.mayNotSubscribe(session, subscription.filter);
      if (refusal) {
        // [MQTT-3.9.3-1]: it gets a failure code, and the client may stay.
        this.report(refusal);
        codes.push(REFUSED);
        continue;
      }
      core.subscribe(session, subscription.filter, subscription.qos);
      codes.push(subscription.qos);
      granted.push(subscription);
    }
    this.send(encodeSuback(id, codes), true);
    // As if they had come in packets of their own [MQTT-3.8.4-4], but not twice for one filter.
    const last = new Map(granted.map(({ filter, qos }) => [filter, qos]));
    for (const [filter, qos] of last) core.sendRetained(session, filter, qos);
  }

  private mayNotSubscribe({ filters }: Session, filter: string): Refusal | undefined {
    if (!maySubscribe(this.identity as Identity, filter))
      return new Refusal("subscribe", `may not subscribe to ${filter}`);
    const max = this.house.limits.subscriptions;
    if (!filters.has(filter) && filters.size >= max)
      return new Refusal("subscriptions", `one more subscription, allowed are ${max}`);
    return undefined;
  }

  private unsubscribe(session: Session, { id, filters }: Unsubscribe): void {
    for (const filter of filters) this.house.core.unsubscribe(session, filter);
    this.send(encodeAck(UNSUBACK, id), true); // [MQTT-3.10.4-4, MQTT-3.10.4-5]
  }

  private topicError(topic: string): string | undefined {
    const { limits } = this.house;
    return topicError(topic, limits["topic-bytes"], limits["topic-levels"]);
  }

  /** What a refused login is answered with [MQTT-3.2.2-4, MQTT-3.2.2-5]. */
  private withAnswer(error: unknown): unknown {
    if (!(error instanceof Refusal)) return error;
    const code = RETURN_CODES[error.reason] ?? NOT_AUTHORIZED;
    return new ConnectRefusal(error.reason, error.message, encodeConnack(code));
  }

  private fail(error: unknown): void {
    if (this.state === "ending") return;
    if (error instanceof Refusal) this.report(error);
    else this.house.onTrouble(`client at ${this.address}: ${messageOf(error)}`);
    if (error instanceof ConnectRefusal) this.output.send(error.answer, false);
    this.end();
  }

  private report({ reason, message }: Refusal): void {
    const who = this.identity?.name ? `${this.address} (${this.identity.name})` : this.address;
    this.house.rejections.refuse("broker", reason, `${who}: ${message}`);
  }

  /** What was said so far still reaches the client; what it says from now on, nobody hears. */
  private end(): void {
    if (this.state === "ending") return;
    this.state = "ending";
    this.lastMs = performance.now();
    this.output.end();
    this.leave(false);
  }

  private leave(isProper: boolean): void {
    const { session } = this;
    this.session = undefined;
    if (session) this.house.core.leave(session, isProper);
  }
}

function publication(identity: Identity, { topic, payload, qos, retain }: Will): Publication {
  // What grows with the devices alone must not run into a limit that others can use up.
  const free = identity.role === "device" || (identity.role === "server" && isServers(topic));
  return { topic, payload, qos, retain, free };
}
