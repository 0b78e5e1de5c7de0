export type Qos = 0 | 1 | 2;

/** A message that a client publishes or leaves as its will. */
export interface Message {
  topic: string;
  /**
   * The payload is unique for each message, so that received messages can be identified. "" clears
   * a retained message.
   */
  payload: string;
  qos: Qos;
  retain: boolean;
}

export interface Subscription {
  filter: string;
  qos: Qos;
}

/** Packets that answer a client's request. */
export type Answer = "puback" | "pubrec" | "pubcomp" | "suback" | "unsuback" | "pingresp";

/**
 * One action or observation of a client. The position of the event in the history stands for its
 * time: outgoing packets are recorded before they are sent, incoming packets after they have
 * arrived.
 */
export type HistoryEvent =
  /** CONNECT is sent. If the client has an older open connection, the new connection takes over. */
  | { type: "connect"; connection: number; client: string; clean: boolean; will?: Message }
  | { type: "connack"; connection: number; sessionPresent: boolean }
  /** PUBLISH is sent. If it is a repetition, `of` is the position of the first send. */
  | { type: "publish"; connection: number; message: Message; of?: number }
  /** PUBREL is sent for the message published at `of`. */
  | { type: "release"; connection: number; of: number }
  | { type: "subscribe"; connection: number; subscriptions: Subscription[] }
  | { type: "unsubscribe"; connection: number; filters: string[] }
  | { type: "ping"; connection: number }
  /** An answer is received. `to` is the position of its request. */
  | { type: "answer"; connection: number; answer: Answer; to: number; granted?: number[] }
  | { type: "received"; connection: number; message: Message; dup: boolean; packetId?: number }
  /** PUBACK or PUBREC is sent for a received message. */
  | { type: "confirm"; connection: number; packetId: number }
  /** PUBREL is received. */
  | { type: "released"; connection: number; packetId: number }
  /** A packet is received that answers no request. */
  | { type: "stray"; connection: number; packet: string }
  /** DISCONNECT is sent. */
  | { type: "disconnect"; connection: number }
  /** The client ends the connection without DISCONNECT. */
  | { type: "cut"; connection: number }
  /** The connection is closed, by either side. */
  | { type: "closed"; connection: number }
  /**
   * The broker's process is killed. Until the process has ended ("gone"), its connections still
   * seem open.
   */
  | { type: "kill" }
  | { type: "gone" };

/** Whether a filter matches a topic [MQTT-4.7]. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  for (const [at, level] of wanted.entries()) {
    if (level === "#") return true;
    if (at >= levels.length || (level !== "+" && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}

/** Describes an event in one line of plain text. */
export function describe(event: HistoryEvent): string {
  if (event.type === "kill") return "the broker is killed";
  if (event.type === "gone") return "the broker is gone";
  const who = `c${event.connection}`;
  switch (event.type) {
    case "connect": {
      const will = event.will ? `, will ${said(event.will)}` : "";
      return `${who} CONNECT ${event.client}, ${event.clean ? "clean" : "kept"}${will}`;
    }
    case "connack":
      return `${who} <- CONNACK, session present ${event.sessionPresent ? 1 : 0}`;
    case "publish":
      return `${who} PUBLISH ${said(event.message)}${event.of === undefined ? "" : `, again of #${event.of}`}`;
    case "release":
      return `${who} PUBREL for #${event.of}`;
    case "subscribe":
      return `${who} SUBSCRIBE ${event.subscriptions.map(({ filter, qos }) => `${filter} QoS ${qos}`).join(", ")}`;
    case "unsubscribe":
      return `${who} UNSUBSCRIBE ${event.filters.join(", ")}`;
    case "ping":
      return `${who} PINGREQ`;
    case "answer":
      return `${who} <- ${event.answer.toUpperCase()} to #${event.to}${event.granted ? ` [${event.granted.join()}]` : ""}`;
    case "received": {
      const id = event.packetId === undefined ? "" : `, id ${event.packetId}`;
      return `${who} <- PUBLISH ${said(event.message)}${event.dup ? ", DUP" : ""}${id}`;
    }
    case "confirm":
      return `${who} confirms id ${event.packetId}`;
    case "released":
      return `${who} <- PUBREL id ${event.packetId}`;
    case "stray":
      return `${who} <- ${event.packet}, which nothing asked for`;
    case "disconnect":
      return `${who} DISCONNECT`;
    case "cut":
      return `${who} cuts the connection`;
    case "closed":
      return `${who} is closed`;
  }
}

function said({ topic, payload, qos, retain }: Message): string {
  return `${topic} "${payload}" QoS ${qos}${retain ? " retain" : ""}`;
}
