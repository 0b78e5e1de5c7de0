import type { Packet } from "mqtt-packet";
import type { Answer, Message } from "./events";
import type { Recorder } from "./recorder";

interface Handshake {
  messageId: number;
  message: Message;
  /** Position of the first send in the history. */
  of: number;
  /** Position in the history of the last send of the message or its PUBREL. */
  at: number;
  released: boolean;
}

/**
 * The unfinished handshakes of the messages that a client has published at QoS 1 and 2: the
 * client's half of the session. Records each packet that it makes or takes in.
 */
export class Handshakes {
  private list: Handshake[] = [];

  constructor(private readonly recorder: Recorder) {}

  get size(): number {
    return this.list.length;
  }

  has(messageId: number): boolean {
    return this.list.some((one) => one.messageId === messageId);
  }

  /** Forgets all handshakes, because the session has ended. */
  clear(): void {
    this.list = [];
  }

  /** @returns the PUBLISH that begins a handshake */
  begin(connection: number, message: Message, messageId: number): Packet {
    const at = this.recorder.publish(connection, message);
    this.list.push({ messageId, message, of: at, at, released: false });
    return { cmd: "publish", dup: false, messageId, ...message };
  }

  /** @returns the packets to send again on a new connection, in order [MQTT-4.4.0-1] */
  resume(connection: number): Packet[] {
    return this.list.map((one): Packet => {
      const { messageId, message, of, released } = one;
      if (released) return this.release(connection, one);
      one.at = this.recorder.publish(connection, message, of);
      return { cmd: "publish", dup: true, messageId, ...message };
    });
  }

  /**
   * Takes in PUBACK, PUBREC or PUBCOMP.
   * @returns the packets that answer it; undefined if no handshake expects it
   */
  acknowledged(connection: number, cmd: Answer, messageId?: number): Packet[] | undefined {
    const found = this.list.find((one) => one.messageId === messageId);
    if (!found || cmd !== expectedAnswer(found)) return undefined;
    this.recorder.answer(connection, cmd, found.at);
    if (cmd === "pubrec") return [this.release(connection, found)];
    this.list = this.list.filter((one) => one !== found);
    return [];
  }

  private release(connection: number, one: Handshake): Packet {
    one.released = true;
    one.at = this.recorder.add({ type: "release", connection, of: one.of });
    return { cmd: "pubrel", messageId: one.messageId };
  }
}

function expectedAnswer({ message, released }: Handshake): Answer {
  if (released) return "pubcomp";
  return message.qos === 1 ? "puback" : "pubrec";
}
