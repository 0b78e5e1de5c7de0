/** What the standard leaves to a broker, or a broker is known to do otherwise. */
export interface Rules {
  /** A session whose filters overlap gets a copy for each, or one at the highest QoS (section 3.3.5). */
  overlapping: "each" | "one";
  /** Whether the will of a kept session's connection is published if it is taken over. */
  willAtTakeOver: boolean;
  /** Whether no message is lost if the broker's process is killed. */
  survivesKill: boolean;
  /** Whether wills are published at once after that, of clients that are back too. */
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
  /** The places in the history that show it. */
  at: number[];
}
