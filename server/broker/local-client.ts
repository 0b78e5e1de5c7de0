import { messageOf } from "../base/user-error";
import { publication } from "./access";
import type { House } from "./house";
import type { Message } from "./message";
import type { QoS, Will } from "./packets";
import type { Subscriber } from "./session";

export interface LocalOptions {
  clientId: string;
  /** Published if the process ends without saying good-bye, and stays away. */
  will?: Will | undefined;
  onMessage: (topic: string, payload: Buffer, how: { qos: QoS; retain: boolean }) => void;
}

/** Whoever is in this process is trusted as a server is. */
const SERVER = { role: "server" } as const;

/**
 * A client within the broker's own process: no connection, no packets. It is handed a message in
 * the turn in which that came, so that what it answers is routed before the message is
 * acknowledged; and it gets no copy of what it publishes itself.
 */
export class LocalClient implements Subscriber {
  private readonly filters = new Set<string>();

  constructor(
    private readonly house: House,
    private readonly options: LocalOptions,
  ) {
    const { clientId, will } = options;
    house.locals.add(this);
    house.core.setWill(clientId, will && publication(SERVER, will, house.topics));
  }

  /** What is retained on these topics comes before this returns. */
  subscribe(filters: string[], qos: QoS): void {
    for (const filter of filters) {
      this.house.core.subscribe(this, filter, qos);
      this.filters.add(filter);
    }
    for (const filter of filters) this.house.core.sendRetained(this, filter, qos);
  }

  /** @param onKept called when it is passed on, and in the store as far as it belongs there */
  publish(
    topic: string,
    payload: string | Buffer,
    { qos, retain = false }: { qos: QoS; retain?: boolean },
    onKept?: () => void,
  ): void {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    const { core, journal, topics } = this.house;
    const done = onKept && (() => (journal ? journal.settled(onKept) : onKept()));
    core.publish(publication(SERVER, { topic, payload: bytes, qos, retain }, topics), this, done);
  }

  /** @param isProper without its will */
  end(isProper: boolean): void {
    for (const filter of this.filters) this.house.core.unsubscribe(this, filter);
    this.filters.clear();
    this.house.locals.delete(this);
    const will = this.house.core.takeWill(this.options.clientId);
    if (will && !isProper) this.house.core.publish(will);
  }

  deliver({ topic, payload }: Message, qos: QoS, retain: boolean): void {
    try {
      this.options.onMessage(topic, payload, { qos, retain });
    } catch (error) {
      this.house.onTrouble(`${topic}: ${messageOf(error)}`);
    }
  }
}
