import { waitFor } from "../base/wait-for";
import type { Link, OnMessage, PublishCallback, PublishOptions } from "./link";

/** A client of the embedded broker, see server/broker/local-client.ts. */
export interface LocalClient {
  subscribe(filters: string[], qos: 1): void;
  publish(
    topic: string,
    text: string,
    how: { qos: 0 | 1; retain?: boolean },
    onKept?: () => void,
  ): void;
  end(isProper: boolean): void;
}

/** A link to the broker in this process. Its connection cannot be lost. */
export class LocalLink implements Link {
  onMessage: OnMessage = () => undefined;
  isEnding = false;
  readonly echoes = false;
  readonly isKept = false;
  private readonly client: LocalClient;
  private waiting = 0;
  /** Prefixes of the topics on which this link receives its own messages. */
  private readonly echoed: string[] = [];

  constructor(
    attach: (onMessage: OnMessage) => LocalClient,
    readonly address: string,
  ) {
    this.client = attach((topic, payload, how) => this.onMessage(topic, payload, how));
  }

  get isConnected(): boolean {
    return !this.isEnding;
  }

  publish(
    topic: string,
    text: string,
    { qos, retain = false }: PublishOptions,
    done?: PublishCallback,
  ): void {
    this.waiting++;
    this.client.publish(topic, text, { qos, retain }, () => {
      this.waiting--;
      done?.();
    });
    if (this.echoed.some((start) => topic.startsWith(start)))
      this.onMessage(topic, Buffer.from(text), { qos, retain: false });
  }

  subscribe(filters: string[], echo?: "with our own"): Promise<void> {
    this.client.subscribe(filters, 1);
    if (echo) this.echoed.push(...filters.map((filter) => filter.replace(/\+$/, "")));
    return Promise.resolve();
  }

  unsubscribe(): Promise<void> {
    return Promise.resolve();
  }

  async drained(timeoutMs: number): Promise<boolean> {
    return await waitFor(() => this.waiting === 0, timeoutMs, 10);
  }

  end(isProper: boolean): Promise<void> {
    this.isEnding = true;
    this.client.end(isProper);
    return Promise.resolve();
  }
}
