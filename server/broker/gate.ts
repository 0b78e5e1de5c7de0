import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type {
  Aedes,
  AuthErrorCode,
  AuthenticateError,
  Client,
  PublishPacket,
  Subscription,
} from "aedes";
import { Refusal, type Reason, type Rejections } from "../base/rejections";
import { messageOf } from "../base/user-error";
import {
  isServers,
  mayPublish,
  maySubscribe,
  mayUseClientId,
  topicError,
  type Identity,
} from "./access";
import { isExpired } from "./expiry";
import type { Limits } from "../setup/broker-limits";
import type { Logins } from "./logins";
import type { Store } from "./store";
import { StreamGuard } from "./stream-guard";

/** What is known of a connection, before and after its login. */
interface Peer {
  address: string;
  /** Common name of its verified certificate. */
  certificate?: string;
  guard: StreamGuard;
  connect?: { clientId: string; will?: { topic: string } };
  identity?: Identity;
  filters: Set<string>;
}

/** Why a CONNECT was refused, as MQTT 3.1.1 can say it (section 3.2.2.3). */
const RETURN_CODES: Partial<Record<Reason, number>> = { "client-id": 2, "login-rate": 3, login: 4 };
const NOT_AUTHORIZED = 5;
/** What aedes and its parser say of topics that break the standard's syntax. */
const BAD_TOPIC = /^(# is|\+ is|impossible to|empty topic|topic has too many)/;
/** Ends of connections that are nobody's fault. */
const BENIGN = /^(connection closed|keep alive timeout|drain timeout|no such packet|premature)/i;

/** Stands between the embedded broker's clients and aedes: who they are, and what they may do. */
export class Gate {
  private readonly peers = new WeakMap<object, Peer>();
  private readonly clients = new Set<Client>();

  constructor(
    private readonly logins: Logins,
    private readonly limits: Limits,
    private readonly rejections: Rejections,
    private readonly onTrouble: (message: string) => void,
  ) {}

  attach(aedes: Aedes, store: Store): void {
    aedes.preConnect = (client, packet, done) => {
      const peer = this.peer(client);
      peer.connect = { clientId: packet.clientId, will: packet.will };
      done(null, true);
    };
    aedes.authenticate = (client, username, password, done) => {
      this.admit(this.peer(client), username, password).then(
        () => done(null, true),
        (error: unknown) => done(withReturnCode(error), false),
      );
    };
    aedes.authorizePublish = (client, packet, done) => {
      const refusal = this.mayNotPublish(client, packet);
      if (refusal || !client || packet.qos !== 1) done(refusal ?? null);
      else store.keep(aedes, client, packet).then(() => done(null), done);
    };
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const refusal = this.mayNotSubscribe(client, subscription);
      if (refusal?.reason === "topic") done(refusal);
      else if (!refusal) done(null, subscription);
      else {
        // The filter is answered with a failure code, and the client may stay.
        this.failed(client, refusal);
        done(null, null);
      }
    };
    // A session may hold messages that its client has no right to, or that are void by now.
    aedes.authorizeForward = (client, packet) =>
      this.isEcho(client, packet) ||
      !this.maySubscribe(client, packet.topic) ||
      isExpired(packet.payload)
        ? null
        : packet;
    aedes.on("client", (client) => this.clients.add(client));
    aedes.on("clientDisconnect", (client) => {
      this.clients.delete(client);
      store.passOn(aedes, client);
    });
    aedes.on("unsubscribe", (filters, client) => {
      for (const filter of filters) this.peer(client).filters.delete(filter);
    });
    // An error event that nobody listens to would end the process.
    (aedes as EventEmitter).on("error", (error) => this.onTrouble(messageOf(error)));
    aedes.on("clientError", (client, error) => this.failed(client, error));
    aedes.on("connectionError", (client, error) => this.failed(client, error));
  }

  /** To be called before aedes gets the stream. */
  meet(stream: Duplex, address: string, certificate?: string): void {
    const guard = new StreamGuard(this.limits);
    guard.watch(stream);
    this.peers.set(stream, { address, certificate, guard, filters: new Set() });
  }

  maySubscribe(client: Client, filter: string): boolean {
    const { identity } = this.peer(client);
    return identity !== undefined && maySubscribe(identity, filter);
  }

  /** What a server has to keep of its devices is not counted against them. */
  mayRetainFreely(client: Client, topic: string): boolean {
    return this.peer(client).identity?.role === "server" && isServers(topic);
  }

  /** What MQTT 5 calls no local (section 3.8.3.1), for the one client that counts on it. */
  private isEcho(client: Client, { clientId }: PublishPacket & { clientId?: string }): boolean {
    return clientId === client.id && this.peer(client).identity?.hearsItself === false;
  }

  /** Cuts off those whom the users file does not let in any longer. */
  usersChanged(): void {
    for (const client of this.clients) {
      const { identity } = this.peer(client);
      if (identity && !this.logins.stillKnown(identity)) client.close();
    }
  }

  private async admit(
    peer: Peer,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<void> {
    const { address, certificate, connect } = peer;
    const identity = await this.logins.identify({ address, certificate, username, password });
    if (!connect || !mayUseClientId(identity, connect.clientId))
      throw new Refusal("client-id", `${identity.name} may not use that client id`);
    if (connect.will && !mayPublish(identity, connect.will.topic))
      throw new Refusal("will", `${identity.name} may not leave a will on ${connect.will.topic}`);
    peer.identity = identity;
    peer.guard.unhurried = identity.role === "server";
  }

  private mayNotPublish(client: Client | null, { topic }: PublishPacket): Refusal | undefined {
    // Without a client it is the will of one from before the last start: it was checked then.
    if (!client) return undefined;
    const { identity } = this.peer(client);
    const error = this.topicError(topic);
    if (error) return new Refusal("topic", error);
    if (identity && mayPublish(identity, topic)) return undefined;
    return new Refusal("publish", `may not publish on ${topic}`);
  }

  private mayNotSubscribe(client: Client, { topic }: Subscription): Refusal | undefined {
    const { filters } = this.peer(client);
    const error = this.topicError(topic);
    if (error) return new Refusal("topic", error);
    if (!this.maySubscribe(client, topic))
      return new Refusal("subscribe", `may not subscribe to ${topic}`);
    const max = this.limits.subscriptions;
    if (!filters.has(topic) && filters.size >= max)
      return new Refusal("subscriptions", `one more subscription, allowed are ${max}`);
    filters.add(topic);
    return undefined;
  }

  private topicError(topic: string): string | undefined {
    return topicError(topic, this.limits["topic-bytes"], this.limits["topic-levels"]);
  }

  /** Something ended a connection, or a part of what it asked for. */
  private failed(client: Client, error: Error): void {
    // What the system reports, as a connection reset, has a code.
    if ("code" in error || BENIGN.test(error.message)) return;
    const { address, identity } = this.peer(client);
    const who = identity?.name ? `${address} (${identity.name})` : address;
    const malformed = BAD_TOPIC.test(error.message) ? "topic" : "malformed-packet";
    const reason = error instanceof Refusal ? error.reason : malformed;
    this.rejections.refuse("broker", reason, `${who}: ${error.message}`);
  }

  private peer(client: Client): Peer {
    const peer = this.peers.get(client.conn);
    if (!peer) throw new Error("a client that did not come through the gate");
    return peer;
  }
}

function withReturnCode(error: unknown): AuthenticateError {
  const code = error instanceof Refusal ? RETURN_CODES[error.reason] : undefined;
  const known = error instanceof Error ? error : new Error(String(error));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, not there at run time
  const returnCode: AuthErrorCode = code ?? NOT_AUTHORIZED;
  return Object.assign(known, { returnCode });
}
