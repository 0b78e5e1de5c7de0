/** Choices that the standard leaves to the broker, and known deviations of real brokers. */
export interface Rules {
  /**
   * Whether a session with overlapping filters gets a copy for each filter, or one copy at the
   * highest QoS (section 3.3.5).
   */
  overlapping: "each" | "one";
  /** If a connection with a persistent session is taken over, whether its will is published. */
  willAtTakeOver: boolean;
  /** Whether no message is lost when the broker's process is killed. */
  survivesKill: boolean;
  /**
   * Whether wills are published immediately after a kill, even if their clients are connected
   * again.
   */
  willAfterKill: boolean;
}

export type Rule =
  | "lost"
  | "QoS"
  | "not subscribed"
  | "repeated"
  | "DUP"
  | "packet id"
  | "order"
  | "retained"
  | "will"
  | "invented"
  | "connection"
  | "session present"
  | "unanswered";

export interface Violation {
  rule: Rule;
  text: string;
  /** Positions of the events in the history that show the violation. */
  at: number[];
}
