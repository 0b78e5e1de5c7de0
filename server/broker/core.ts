import { Message } from "./message";
import type { QoS, Will } from "./packets";
import { keys, type RecordSink, type WillHead } from "./records";
import { RetainedMessages } from "./retained";
import { Session, type SessionHost, type Subscriber } from "./session";
import { TopicTree } from "./topic-tree";

/** Limits of the core, and its links to the rest of the broker. */
export interface BrokerCoreOptions {
  limits: { queued: number; retained: number; sessions: number };
  /** Writes the changes that must outlive the process. If undefined, no state outlives it. */
  sink?: RecordSink;
  /** Returns the present Unix time, ms. */
  nowMs: () => number;
  /** Called when a message was dropped because of a limit. */
  onDropped: (reason: "queued" | "retained", what: string) => void;
}

/** A message that a client publishes, or the client's will. */
export interface Publication extends Will {
  /** Whether the message, if retained, does not count against the limit of retained messages. */
  free: boolean;
}

/** A client that connects. */
export interface ConnectingClient {
  clientId: string;
  clean: boolean;
  owner: string;
  /** The client's address, for log messages. */
  address: string;
  will?: Publication | undefined;
}

interface Routed {
  publication: Publication;
  from: Subscriber | undefined;
  done: (() => void) | undefined;
}

/** The broker's state, and the routing of messages: no sockets, no disk, no clock. */
export class BrokerCore implements SessionHost {
  readonly retained: RetainedMessages;
  readonly sink: RecordSink | undefined;
  readonly queued: number;
  readonly nowMs: () => number;
  private readonly sessions = new Map<string, Session>();
  private readonly keptByOwner = new Map<string, number>();
  private readonly tree = new TopicTree<Subscriber>();
  /** Wills of the connected clients, by client id. */
  private readonly wills = new Map<string, Publication>();
  private lastNumber = 0;
  private readonly routing: Routed[] = [];
  private isRouting = false;

  constructor(private readonly options: BrokerCoreOptions) {
    const { limits, sink, nowMs } = options;
    this.sink = sink;
    this.nowMs = nowMs;
    this.queued = limits.queued;
    this.retained = new RetainedMessages(sink, limits.retained);
  }

  /**
   * Finds or makes a client's session. The caller resumes the session after the CONNACK.
   * @returns undefined if the user already has the maximum number of kept sessions
   */
  connect(arrival: ConnectingClient): { session: Session; isPresent: boolean } | undefined {
    const { clientId, clean, owner, address, will } = arrival;
    let session = this.sessions.get(clientId);
    session?.connection?.replaced(address);
    // The replaced connection may have ended its session.
    session = this.sessions.get(clientId);
    // A clean session discards the earlier one [MQTT-3.1.2-6]. A session that another user left
    // under the same client id is ended, too.
    if (session && (clean || session.owner !== owner)) {
      this.end(session);
      session = undefined;
    }
    // The "session present" flag of the CONNACK [MQTT-3.2.2-1..3].
    const isPresent = session !== undefined;
    if (!session) {
      if (!clean && (this.keptByOwner.get(owner) ?? 0) >= this.options.limits.sessions)
        return undefined;
      session = this.add(new Session(clientId, owner, !clean, this));
      session.putHead();
    }
    this.setWill(clientId, will);
    return { session, isPresent };
  }

  /**
   * Called when a connection has ended.
   * @param isProper true after a DISCONNECT, which deletes the will [MQTT-3.14.4-3]
   */
  leave(session: Session, isProper: boolean): void {
    session.suspend();
    if (!session.isKept) this.end(session);
    const will = this.takeWill(session.clientId);
    if (will && !isProper) this.publish(will, session);
  }

  subscribe(subscriber: Subscriber, filter: string, qos: QoS): void {
    this.tree.set(filter, subscriber, qos);
    if (subscriber instanceof Session) {
      subscriber.filters.set(filter, qos);
      subscriber.putHead();
    }
  }

  /**
   * Sends the retained messages for a subscription, even if it existed before [MQTT-3.3.1-6,
   * MQTT-3.8.4-3].
   */
  sendRetained(subscriber: Subscriber, filter: string, qos: QoS): void {
    for (const message of this.retained.matching(filter))
      subscriber.deliver(message, lower(message.qos, qos), true);
  }

  unsubscribe(subscriber: Subscriber, filter: string): void {
    this.tree.delete(filter, subscriber);
    if (subscriber instanceof Session && subscriber.filters.delete(filter)) subscriber.putHead();
  }

  /**
   * Routes a message, after all messages that were published before it.
   * @param from the publisher. If it is not a session but a client in this process, it gets no copy
   * of its own messages.
   * @param done called once the message was passed to every subscriber
   */
  publish(publication: Publication, from?: Subscriber, done?: () => void): void {
    this.routing.push({ publication, from, done });
    // A subscriber within this process may publish while it handles a message.
    if (this.isRouting) return;
    this.isRouting = true;
    try {
      for (let i = 0; i < this.routing.length; i++) {
        const { publication, from, done } = this.routing[i] as Routed;
        this.route(publication, from);
        done?.();
      }
    } finally {
      this.routing.length = 0;
      this.isRouting = false;
    }
  }

  nextNumber(): number {
    return ++this.lastNumber;
  }

  retainedCount(): number {
    return this.retained.size;
  }

  dropped(session: Session, waiting: number): void {
    this.options.onDropped(
      "queued",
      `a message for ${session.clientId}: ${waiting} messages are waiting for it`,
    );
  }

  setWill(clientId: string, will: Publication | undefined): void {
    this.takeWill(clientId);
    if (!will) return;
    this.wills.set(clientId, will);
    if (this.sink) putWill(this.sink, clientId, will);
  }

  takeWill(clientId: string): Publication | undefined {
    const will = this.wills.get(clientId);
    if (this.wills.delete(clientId)) this.sink?.delete(keys.will(clientId));
    return will;
  }

  /**
   * Publishes the wills of clients that were connected when the last process ended: these clients
   * sent no DISCONNECT [MQTT-3.1.2-8].
   */
  publishWills(): void {
    for (const clientId of [...this.wills.keys()]) {
      const will = this.takeWill(clientId);
      if (will) this.publish(will);
    }
  }

  /** Puts the whole state that must outlive the process into a sink. */
  putAll(sink: RecordSink): void {
    for (const session of this.sessions.values()) session.putAll(sink);
    this.retained.putAll(sink);
    for (const [clientId, will] of this.wills) putWill(sink, clientId, will);
  }

  /** Call with the number of each restored delivery, so that new deliveries get greater numbers. */
  restoreNumber(number: number): void {
    this.lastNumber = Math.max(this.lastNumber, number);
  }

  restoreSession(clientId: string, owner: string, filters: [string, QoS][]): void {
    const session = this.add(new Session(clientId, owner, true, this));
    for (const [filter, qos] of filters) {
      session.filters.set(filter, qos);
      this.tree.set(filter, session, qos);
    }
  }

  restoreWill(clientId: string, will: Publication): void {
    this.wills.set(clientId, will);
  }

  session(clientId: string): Session | undefined {
    return this.sessions.get(clientId);
  }

  private route({ topic, payload, qos, retain, free }: Publication, from?: Subscriber): void {
    const message = new Message(topic, payload, qos);
    if (retain && !this.retained.set(message, free)) {
      const { retained } = this.options.limits;
      const what = `expected retained messages on at most ${retained} topics, got one for another`;
      this.options.onDropped("retained", what);
    }
    // [MQTT-3.3.1-9]: existing subscribers get the message without the RETAIN flag.
    for (const [subscriber, granted] of this.tree.match(topic))
      if (subscriber !== from || subscriber instanceof Session)
        subscriber.deliver(message, lower(qos, granted), false);
  }

  private add(session: Session): Session {
    this.sessions.set(session.clientId, session);
    if (session.isKept) this.count(session.owner, 1);
    return session;
  }

  private end(session: Session): void {
    for (const filter of session.filters.keys()) this.tree.delete(filter, session);
    session.end();
    this.sessions.delete(session.clientId);
    if (session.isKept) this.count(session.owner, -1);
  }

  private count(owner: string, change: 1 | -1): void {
    const count = (this.keptByOwner.get(owner) ?? 0) + change;
    if (count > 0) this.keptByOwner.set(owner, count);
    else this.keptByOwner.delete(owner);
  }
}

/** Returns the lower QoS: that of the message or that of the subscription [MQTT-3.8.4-6]. */
function lower(a: QoS, b: QoS): QoS {
  return a < b ? a : b;
}

function putWill(sink: RecordSink, clientId: string, will: Publication): void {
  const { topic, qos, retain, free, payload } = will;
  const head: WillHead = { clientId, topic, qos, retain, free };
  sink.put(keys.will(clientId), head, payload);
}
