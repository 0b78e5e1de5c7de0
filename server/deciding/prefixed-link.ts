import type { Link, OnMessage, PublishCallback, PublishOptions } from "./link";

/**
 * A link that adds a prefix to the topics that we send and removes it from those that we receive,
 * so that callers do not see the prefix.
 */
export class PrefixedLink implements Link {
  onMessage: OnMessage = () => undefined;

  /**
   * @param prefix ends with a slash
   * @param isOthers whether a topic belongs to other software, so that it has no prefix
   */
  constructor(
    readonly inner: Link,
    private readonly prefix: string,
    private readonly isOthers: (topic: string) => boolean,
  ) {
    inner.onMessage = (topic, payload, how) => {
      // Other software's topics are checked first, because they may start with our prefix.
      if (isOthers(topic)) this.onMessage(topic, payload, how);
      // Any other message is for a server that had this session before, with another prefix.
      else if (topic.startsWith(prefix)) this.onMessage(topic.slice(prefix.length), payload, how);
    };
  }

  get isConnected(): boolean {
    return this.inner.isConnected;
  }

  get isEnding(): boolean {
    return this.inner.isEnding;
  }

  get address(): string {
    return this.inner.address;
  }

  get echoes(): boolean {
    return this.inner.echoes;
  }

  get isKept(): boolean {
    return this.inner.isKept;
  }

  publish(topic: string, text: string, how: PublishOptions, done?: PublishCallback): void {
    this.inner.publish(this.full(topic), text, how, done);
  }

  subscribe(filters: string[], echo?: "with our own"): Promise<void> {
    return this.inner.subscribe(
      filters.map((filter) => this.full(filter)),
      echo,
    );
  }

  unsubscribe(filters: string[]): Promise<void> {
    return this.inner.unsubscribe(filters.map((filter) => this.full(filter)));
  }

  drained(timeoutMs: number): Promise<boolean> {
    return this.inner.drained(timeoutMs);
  }

  end(isProper: boolean): Promise<void> {
    return this.inner.end(isProper);
  }

  private full(topic: string): string {
    return this.isOthers(topic) ? topic : this.prefix + topic;
  }
}
