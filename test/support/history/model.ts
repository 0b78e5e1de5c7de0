import type { HistoryEvent, Message, Qos } from "./events";

/** How a connection ended. "closed": the broker closed it without a known cause. */
export type Ending = "disconnect" | "cut" | "taken over" | "kill" | "closed";

export interface Connection {
  id: number;
  session: Session;
  openedAt: number;
  accepted: boolean;
  /** Infinity while the connection is open. */
  endedAt: number;
  ending?: Ending;
  closedAt: number;
  will?: Sent;
  /** Answered requests, in the order of the answers. */
  answered: { sentAt: number; answeredAt: number }[];
}

/** A SUBSCRIBE of one filter, or an UNSUBSCRIBE if `qos` is missing. */
export interface FilterChange {
  filter: string;
  qos?: Qos;
  connection: Connection;
  sentAt: number;
  /** Infinity if no answer was received. */
  answeredAt: number;
}

export interface Receipt {
  at: number;
  connection: Connection;
  message: Message;
  dup: boolean;
  packetId?: number;
  /**
   * The earlier receipt that this receipt repeats, if the broker could not know that the message
   * had arrived.
   */
  repeats?: Receipt;
  /** When PUBACK or PUBREC was sent. */
  confirmedAt: number;
  /** When PUBREL was received. */
  releasedAt: number;
}

/** One lifetime of a client's session, from one clean start to the next. */
export interface Session {
  client: string;
  clean: boolean;
  connections: Connection[];
  /** When the broker may discard the session. Infinity if it still exists at the end. */
  endedAt: number;
  changes: Map<string, FilterChange[]>;
  receipts: Receipt[];
}

/** A message, with all positions at which it was sent. */
export interface Sent {
  message: Message;
  publisher: string;
  /** The positions at which PUBLISH was sent. Empty for a will. */
  sends: { at: number; connection: Connection }[];
  will?: Connection;
  /** The earliest position at which a client can have received the message. */
  startsAt: number;
  /** When PUBACK or PUBCOMP was received. */
  ackedAt: number;
  /**
   * When the broker had certainly passed on the message, because it had answered a later request on
   * the connection.
   */
  doneAt: number;
}

/**
 * A kill of the broker's process: the process gets SIGKILL at `at` and has ended at `goneAt`.
 * Between the two positions, it may still act.
 */
export interface Kill {
  at: number;
  goneAt: number;
}

/** A history, grouped by connections, sessions and messages. */
export interface Model {
  events: readonly HistoryEvent[];
  connections: Connection[];
  sessions: Session[];
  /**
   * Sent messages, in the order of their positions. The position of a will is the end of its
   * connection.
   */
  sent: Sent[];
  /** Requests without an answer. */
  unanswered: Map<number, Connection>;
  sessionPresent: { at: number; connection: Connection; present: boolean }[];
  /** Packets from the broker that answered no request. */
  strays: { at: number; connection: Connection; packet: string }[];
  kills: Kill[];
}
