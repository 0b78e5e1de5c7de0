/** The connection of the deciding part to the broker, in this process or elsewhere. */

export interface PublishOptions {
  /** At QoS 0 there is no acknowledgement, and `done` is called at once. */
  qos: 0 | 1;
  retain?: boolean;
  /** After this time the broker may discard the message, s. */
  expiryS?: number | undefined;
}

export type PublishCallback = (error?: Error) => void;

export type OnMessage = (
  topic: string,
  payload: Buffer,
  how: { qos: number; retain: boolean },
) => void;

export interface Link {
  /** Handler of received messages. Set it before the first subscription. */
  onMessage: OnMessage;
  readonly isConnected: boolean;
  /** Set once the link is closing. Messages that still arrive are ignored. */
  readonly isEnding: boolean;
  /** URL of the broker or, if it has several nodes, of the node in use. */
  readonly address: string;
  /** Whether the server receives its own messages. */
  readonly echoes: boolean;
  /** Whether the broker may have an earlier session with subscriptions. */
  readonly isKept: boolean;
  publish(topic: string, text: string, how: PublishOptions, done?: PublishCallback): void;
  /**
   * Subscribes at QoS 1.
   * @param echo set to receive this link's own messages on these topics
   */
  subscribe(filters: string[], echo?: "with our own"): Promise<void>;
  unsubscribe(filters: string[]): Promise<void>;
  /**
   * Waits until the broker has acknowledged all messages, or the timeout has elapsed.
   * @returns whether the broker has acknowledged all messages
   */
  drained(timeoutMs: number): Promise<boolean>;
  /** @param isProper whether to close cleanly, so that the broker does not publish the will */
  end(isProper: boolean): Promise<void>;
}

/** Publishes a message; resolves once the broker has acknowledged it. */
export function publishAcknowledged(
  link: Link,
  topic: string,
  text: string,
  how: PublishOptions,
): Promise<void> {
  return new Promise((resolve, reject) =>
    link.publish(topic, text, how, (error) => (error ? reject(error) : resolve())),
  );
}
