/** How the deciding part talks to the broker, in this process or elsewhere. */

export interface Outgoing {
  /** At 0 nobody acknowledges it, and `done` is called at once. */
  qos: 0 | 1;
  retain?: boolean;
  /** The broker need not keep it for longer, s. */
  expiryS?: number | undefined;
}

export type Done = (error?: Error) => void;

export type OnMessage = (
  topic: string,
  payload: Buffer,
  how: { qos: number; retain: boolean },
) => void;

export interface Link {
  /** To be set before anything is subscribed to. */
  onMessage: OnMessage;
  readonly isConnected: boolean;
  /** From now on, messages that still come are ignored. */
  readonly isEnding: boolean;
  /** The broker's URL; of several, the one in use. */
  readonly address: string;
  /** The server gets its own messages back. */
  readonly echoes: boolean;
  /** The broker may have a session from before, with subscriptions. */
  readonly isKept: boolean;
  publish(topic: string, text: string, how: Outgoing, done?: Done): void;
  /**
   * At QoS 1.
   * @param echo whether what this link publishes itself is wanted, too
   */
  subscribe(filters: string[], echo?: "with our own"): Promise<void>;
  unsubscribe(filters: string[]): Promise<void>;
  /**
   * Waits until the broker has acknowledged all that was sent, or the time is over.
   * @returns whether it has
   */
  drained(timeoutMs: number): Promise<boolean>;
  /** @param isProper without the will */
  end(isProper: boolean): Promise<void>;
}

/** Resolves once the broker has it. */
export function published(link: Link, topic: string, text: string, how: Outgoing): Promise<void> {
  return new Promise((resolve, reject) =>
    link.publish(topic, text, how, (error) => (error ? reject(error) : resolve())),
  );
}
