/** Delivers the broker's messages to their handlers, one at a time, and acknowledges them. */
import type { Connection } from "./connection";
import { Inbox } from "./inbox";
import { encodeAck, PUBACK, PUBREC } from "./packet";
import type { Platform } from "./platform";
import { HANDLED, NEW, Session, TOO_MANY } from "./session";
import type { Subscriptions } from "./subscriptions";
import { matches, toTopic } from "./topic";

/** Maximum number of unread bytes in the socket while handlers are slow. */
const MAX_BACKLOG = 8192;
export const INBOX_FULL = "inbox full";
/** Flag of a message in the inbox: its payload was too large to keep. */
const OVERSIZED = 16;

export class Delivery {
  private readonly inbox: Inbox;
  private running = false;

  /** @param inboxBytes room for pending messages, in bytes */
  constructor(
    private readonly platform: Platform,
    private readonly connection: Connection,
    private readonly session: Session,
    private readonly subscriptions: Subscriptions,
    private readonly log: (line: string) => void,
    inboxBytes: number,
  ) {
    this.inbox = new Inbox(inboxBytes);
  }

  /**
   * Called when a PUBLISH is in the decoder: puts it into the inbox for its handler.
   * @throws Error if the message can be neither kept nor dropped: the broker resends it after a
   * reconnect
   */
  async arrived(): Promise<void> {
    const { session } = this;
    const { data, id, end, flags, payloadAt, total } = this.connection.decoder;
    const qos = (flags >> 1) & 3;
    const state = qos === 2 ? session.receive(id) : NEW;
    if (state === TOO_MANY) throw new Error("too many messages at QoS 2");
    if (state === HANDLED) await this.connection.write(encodeAck(PUBREC, id));
    if (state !== NEW) return;
    let kept = end;
    let marked = flags;
    if (total > end) {
      this.log("oversized message");
      // An oversized message is only acknowledged, and without its packet id not even that.
      if (payloadAt > end) return;
      kept = payloadAt;
      marked |= OVERSIZED;
    }
    for (let tries = 0; !this.inbox.put(marked, session.connection, data, kept); tries++) {
      // Lets handlers that wait for their turn run, and quick ones finish.
      await this.platform.sleep(tries * 5);
      if (tries < 6 && this.connection.backlog() < MAX_BACKLOG) continue;
      if (qos > 0) {
        session.released(id);
        throw new Error(INBOX_FULL);
      }
      this.log(INBOX_FULL);
      return;
    }
    if (this.running) return;
    this.running = true;
    this.platform.start(this);
  }

  /** Handles the messages in the inbox; started by arrived(). */
  async run(): Promise<void> {
    let count = 0;
    while (this.inbox.take()) {
      try {
        await this.handle();
      } catch {
        // The connection has ended, so the message stays unacknowledged.
      }
      if ((++count & 7) === 0) await this.platform.sleep(0);
    }
    this.running = false;
  }

  private async handle(): Promise<void> {
    const { connection, inbox, session } = this;
    const { flags, connection: from } = inbox;
    const qos = (flags >> 1) & 3;
    const topic = toTopic(inbox.read(inbox.readU16()));
    const id = qos > 0 ? inbox.readU16() : 0;
    const payload = inbox.read(inbox.left);
    // If the session continues, the broker resends messages that an earlier connection left
    // unacknowledged.
    if (qos === 1) if (from !== session.connection) if (from >= session.since) return;
    if (topic === undefined) {
      connection.drop("malformed packet: topic");
      return;
    }
    for (const subscription of this.subscriptions.list.slice(0)) {
      const { filter, handler } = subscription;
      if (flags >= OVERSIZED) break;
      if (!handler) continue;
      if (!matches(filter, topic)) continue;
      try {
        await handler(topic, payload);
      } catch (e) {
        this.log(`handler of ${filter}: ${(e as Error).message}`);
      }
    }
    // Acknowledged after handling, in the order of arrival [MQTT-4.6.0-2, MQTT-4.6.0-3].
    if (qos === 1) if (from === session.connection) await connection.write(encodeAck(PUBACK, id));
    if (qos === 2)
      if (from >= session.since) {
        session.handled(id);
        await connection.write(encodeAck(PUBREC, id));
      }
  }
}
