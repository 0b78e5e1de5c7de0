import type { HistoryEvent, Message, Qos } from "./events";

/** How a connection ended; "closed": by the broker, without a cause that we know of. */
export type Ending = "disconnect" | "cut" | "taken over" | "kill" | "closed";

export interface Connection {
  id: number;
  session: Session;
  openedAt: number;
  accepted: boolean;
  /** Infinity as long as it is open. */
  endedAt: number;
  ending?: Ending;
  closedAt: number;
  will?: Sent;
  /** What was sent and answered, in the order of the answers. */
  answered: { sentAt: number; answeredAt: number }[];
}

/** SUBSCRIBE of one filter, or UNSUBSCRIBE if it has no QoS. */
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
  /** The receipt that this one repeats: the broker could not know that it had arrived. */
  repeats?: Receipt;
  /** PUBACK or PUBREC is sent. */
  confirmedAt: number;
  /** PUBREL is received. */
  releasedAt: number;
}

/** One life of a client's session, from a clean start to the next. */
export interface Session {
  client: string;
  clean: boolean;
  connections: Connection[];
  /** From here on the broker may forget it; Infinity if it stands at the end. */
  endedAt: number;
  changes: Map<string, FilterChange[]>;
  receipts: Receipt[];
}

/** A message, from its first sending. */
export interface Sent {
  message: Message;
  publisher: string;
  /** Empty for a will. */
  sends: { at: number; connection: Connection }[];
  will?: Connection;
  /** Nobody can have it earlier. */
  startsAt: number;
  /** PUBACK or PUBCOMP is received. */
  ackedAt: number;
  /** By then it was surely passed on: what came later on its connection was answered. */
  doneAt: number;
}

/** The broker's process gets SIGKILL, and is gone. Until then what it does can still be seen. */
export interface Kill {
  at: number;
  goneAt: number;
}

/** A history, sorted by what it tells about. */
export interface Model {
  events: readonly HistoryEvent[];
  connections: Connection[];
  sessions: Session[];
  /** In the order of their sending; wills in that of the ends of their connections. */
  sent: Sent[];
  /** Requests that have no answer. */
  unanswered: Map<number, Connection>;
  sessionPresent: { at: number; connection: Connection; present: boolean }[];
  /** Packets that nobody waited for. */
  strays: { at: number; connection: Connection; packet: string }[];
  kills: Kill[];
}
