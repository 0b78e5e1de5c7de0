/** Choices that the standard leaves to the broker, and known deviations of real brokers. */
export interface Rules {
  /**
   * Whether overlapping filters of a session get a copy each, or one copy at the highest QoS
   * (section 3.3.5).
   */
  overlapping: "each" | "one";
  /** Whether the will of a connection with a persistent session is published on takeover. */
  willAtTakeOver: boolean;
  /** Whether no message is lost if the broker's process is killed. */
  survivesKill: boolean;
  /** Whether wills are published immediately after a kill, even if their clients are back. */
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
  /** Places in the history that show the violation. */
  at: number[];
}
