import type { Aedes, Client, Subscription } from "aedes";
import { Refusal, type Rejections } from "../base/rejections";
import { isServers } from "./access";
import type { Database, Persistence, Routed, Subscriber } from "./database";
import type { Limits } from "../setup/broker-limits";

export interface StoreOptions {
  limits: Pick<Limits, "retained" | "sessions" | "queued">;
  rejections: Rejections;
  maySubscribe: (client: Client, filter: string) => boolean;
  mayRetainFreely: (client: Client, topic: string) => boolean;
}

/** Retained messages, sessions and their queues: bounded, and kept before they are acknowledged. */
export class Store {
  /** For aedes. */
  readonly persistence: Persistence;
  private readonly raw: Persistence;
  private readonly retained: Set<string>;
  private readonly sessions: Set<string>;
  private readonly queued: Map<string, number>;
  /** Messages that are stored already, by their count, until aedes comes to store them. */
  private readonly kept = new Map<number, { client: Client; packet: Routed }>();

  constructor(
    private readonly database: Database,
    private readonly options: StoreOptions,
  ) {
    const inner = database.persistence;
    this.retained = new Set(database.retainedTopics.filter((topic) => !isServers(topic)));
    this.sessions = new Set(database.sessions);
    this.queued = database.queued;
    this.raw = {
      storeRetained: inner.storeRetained.bind(inner),
      addSubscriptions: inner.addSubscriptions.bind(inner),
      removeSubscriptions: inner.removeSubscriptions.bind(inner),
      cleanSubscriptions: inner.cleanSubscriptions.bind(inner),
      subscriptionsByClient: inner.subscriptionsByClient.bind(inner),
      subscriptionsByTopic: inner.subscriptionsByTopic.bind(inner),
      outgoingEnqueue: inner.outgoingEnqueue.bind(inner),
      outgoingEnqueueCombi: inner.outgoingEnqueueCombi.bind(inner),
      outgoingClearMessageId: inner.outgoingClearMessageId.bind(inner),
    };
    this.persistence = Object.assign(inner, {
      storeRetained: (packet: Routed) => this.storeRetained(packet),
      addSubscriptions: (client: Client, subs: Subscription[]) => this.subscribe(client, subs),
      removeSubscriptions: (client: Client, topics: string[]) => this.unsubscribe(client, topics),
      cleanSubscriptions: (client: Client) => this.endSession(client),
      subscriptionsByTopic: (topic: string) => this.subscribers(topic),
      outgoingEnqueueCombi: (subs: Subscriber[], packet: Routed) => this.enqueue(subs, packet),
      outgoingClearMessageId: (client: Client, packet: object) => this.acknowledge(client, packet),
    });
  }

  get brokerId(): string {
    return this.database.brokerId;
  }

  /**
   * Stores a QoS 1 message before its PUBACK: aedes acknowledges first, and would owe what it had
   * acknowledged if it were killed in between. (A QoS 2 message it stores first.)
   */
  async keep(aedes: Aedes, client: Client, packet: Routed): Promise<void> {
    const counted = aedes as Aedes & { counter: number };
    packet.brokerId = this.brokerId;
    packet.brokerCounter = ++counted.counter;
    const { topic, payload, qos, retain, brokerId, brokerCounter } = packet;
    const message = { cmd: "publish", topic, payload, qos, retain, dup: false } as const;
    const routed: Routed = { ...message, brokerId, brokerCounter };
    if (retain) await this.storeRetained(routed, this.options.mayRetainFreely(client, topic));
    await this.enqueue(await this.subscribers(topic), routed);
    this.kept.set(packet.brokerCounter, { client, packet: routed });
  }

  /** Passes on what was kept for a client that went before it could be acknowledged. */
  passOn(aedes: Aedes, client: Client): void {
    // aedes may be about to do that itself, in the next turn.
    setImmediate(() =>
      setImmediate(() => {
        for (const entry of [...this.kept.values()])
          if (entry.client === client && !aedes.closed)
            aedes.publish(entry.packet, () => undefined);
      }),
    );
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  private async storeRetained(packet: Routed, freely = false): Promise<void> {
    if (this.kept.has(packet.brokerCounter ?? -1)) return;
    const { topic } = packet;
    const max = this.options.limits.retained;
    if (packet.payload.length === 0 || freely) this.retained.delete(topic);
    else if (!this.retained.has(topic) && this.retained.size >= max) {
      this.refuse("retained", `a retained message on one more topic: ${max} are kept`);
      return;
    } else this.retained.add(topic);
    await this.raw.storeRetained(packet);
  }

  private async subscribe(client: Client, subs: Subscription[]): Promise<void> {
    const max = this.options.limits.sessions;
    if (!this.sessions.has(client.id) && this.sessions.size >= max)
      throw new Refusal("sessions", `one more persistent session: ${max} are kept`);
    this.sessions.add(client.id);
    // aedes hands over the whole packet's filters, the refused ones too.
    const allowed = subs.filter(({ topic }) => this.options.maySubscribe(client, topic));
    await this.raw.addSubscriptions(client, allowed);
  }

  private async unsubscribe(client: Client, topics: string[]): Promise<void> {
    await this.raw.removeSubscriptions(client, topics);
    const left = await this.raw.subscriptionsByClient(client);
    if (!left.length) this.sessions.delete(client.id);
  }

  private async endSession(client: Client): Promise<void> {
    await this.raw.cleanSubscriptions(client);
    this.sessions.delete(client.id);
  }

  /** Those with a queue: aedes-persistence-level reads QoS 0 back from disk as if it had one. */
  private async subscribers(topic: string): Promise<Subscriber[]> {
    return (await this.raw.subscriptionsByTopic(topic)).filter(({ qos }) => qos > 0);
  }

  private async enqueue(subs: Subscriber[], packet: Routed): Promise<void> {
    if (this.kept.delete(packet.brokerCounter ?? -1)) return;
    const max = this.options.limits.queued;
    const fitting = subs.filter(({ clientId }) => {
      const waiting = this.queued.get(clientId) ?? 0;
      if (waiting < max) this.queued.set(clientId, waiting + 1);
      else this.refuse("queued", `a message for ${clientId}: ${waiting} wait for it`);
      return waiting < max;
    });
    await Promise.all(fitting.map((sub) => this.raw.outgoingEnqueue(sub, packet)));
  }

  private async acknowledge(client: Client, packet: object): Promise<Routed | undefined> {
    const cleared = await this.raw.outgoingClearMessageId(client, packet);
    if (cleared) {
      const left = (this.queued.get(client.id) ?? 0) - 1;
      if (left > 0) this.queued.set(client.id, left);
      else this.queued.delete(client.id);
    }
    return cleared;
  }

  private refuse(reason: "retained" | "queued", what: string): void {
    this.options.rejections.refuse("broker", reason, what);
  }
}
