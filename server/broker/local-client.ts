import { messageOf } from "../base/user-error";
import { publication } from "./access";
import type { BrokerContext } from "./broker-context";
import type { Message } from "./message";
import type { QoS, Will } from "./packets";
import type { Subscriber } from "./session";

export interface LocalOptions {
  clientId: string;
  /** Published if the client ends without a clean shutdown. */
  will?: Will | undefined;
  onMessage: (topic: string, payload: Buffer, how: { qos: QoS; retain: boolean }) => void;
}

/** Clients within this process have the rights of a server. */
const SERVER = { role: "server" } as const;

/**
 * A client within the broker's own process: no connection, no packets. The client handles a message
 * in the turn in which the broker receives it, so its answer is routed before that message is
 * acknowledged. The client gets no copy of its own messages.
 */
export class LocalClient implements Subscriber {
  private readonly filters = new Set<string>();

  constructor(
    private readonly context: BrokerContext,
    private readonly options: LocalOptions,
  ) {
    const { clientId, will } = options;
    context.locals.add(this);
    context.core.setWill(clientId, will && publication(SERVER, will, context.topics));
  }

  /** Subscribes. The retained messages are delivered before this method returns. */
  subscribe(filters: string[], qos: QoS): void {
    for (const filter of filters) {
      this.context.core.subscribe(this, filter, qos);
      this.filters.add(filter);
    }
    for (const filter of filters) this.context.core.sendRetained(this, filter, qos);
  }

  /** @param onKept called once the message is routed and, if the broker has a store, stored */
  publish(
    topic: string,
    payload: string | Buffer,
    { qos, retain = false }: { qos: QoS; retain?: boolean },
    onKept?: () => void,
  ): void {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    const { core, journal, topics } = this.context;
    const done = onKept && (() => (journal ? journal.settled(onKept) : onKept()));
    core.publish(publication(SERVER, { topic, payload: bytes, qos, retain }, topics), this, done);
  }

  /** @param isProper whether to end without publishing the will */
  end(isProper: boolean): void {
    for (const filter of this.filters) this.context.core.unsubscribe(this, filter);
    this.filters.clear();
    this.context.locals.delete(this);
    const will = this.context.core.takeWill(this.options.clientId);
    if (will && !isProper) this.context.core.publish(will);
  }

  deliver({ topic, payload }: Message, qos: QoS, retain: boolean): void {
    try {
      this.options.onMessage(topic, payload, { qos, retain });
    } catch (error) {
      this.context.onTrouble(`${topic}: ${messageOf(error)}`);
    }
  }
}
