/** Messages from the broker to their handlers, one after another, and their acknowledgement. */
import { sleep } from "@devicescript/core";
import { readU16, toText } from "./bytes";
import type { Connection } from "./connection";
import { Inbox } from "./inbox";
import { PUBACK, PUBREC, encodeAck } from "./packet";
import { HANDLED, NEW, Session, TOO_MANY } from "./session";
import type { Subscriptions } from "./subscriptions";
import { isTopic, matches } from "./topic";

/** Set in the flags of a message in the inbox: its payload was too large to keep. */
const OVERSIZED = 16;

export class Delivery {
  /** Messages at QoS 0 that found the inbox full. */
  dropped = 0;

  private readonly inbox: Inbox;
  private running = false;

  /** @param inboxBytes room for messages that wait, in bytes */
  constructor(
    private readonly connection: Connection,
    private readonly session: Session,
    private readonly subscriptions: Subscriptions,
    private readonly log: (line: string) => void,
    inboxBytes: number,
  ) {
    this.inbox = new Inbox(inboxBytes);
  }

  /**
   * A PUBLISH is in the decoder: it waits in the inbox for its handler.
   * @throws Error where it can be neither kept nor lost: it comes again after a reconnection
   */
  async arrived(): Promise<void> {
    const { session } = this;
    const { body, id, end, flags, payloadAt, total } = this.connection.decoder;
    const qos = (flags >> 1) & 3;
    const state = qos === 2 ? session.receive(id) : NEW;
    if (state === TOO_MANY) throw new Error("too many messages at QoS 2");
    if (state === HANDLED) await this.connection.write(encodeAck(PUBREC, id));
    if (state !== NEW) return;
    const oversized = total > end;
    if (oversized) this.log("oversized message");
    // Without its id it can't even be acknowledged.
    if (payloadAt > end) return;
    const kept = oversized ? payloadAt : end;
    for (
      let tries = 0;
      !this.inbox.put(oversized ? flags | OVERSIZED : flags, session.connection, body, kept);
      tries++
    ) {
      if (tries > 5) {
        if (qos > 0) {
          session.released(id);
          throw new Error("inbox full");
        }
        this.dropped++;
        return;
      }
      // Handlers that only wait for their turn run now, and quick ones end.
      await sleep(tries * 5);
    }
    if (this.running) return;
    this.running = true;
    this.run.start();
  }

  private async run(): Promise<void> {
    let count = 0;
    while (this.inbox.take()) {
      try {
        await this.handle();
      } catch {
        // Not acknowledged: the connection has ended meanwhile.
      }
      if ((++count & 7) === 0) await sleep(0);
    }
    this.running = false;
  }

  private async handle(): Promise<void> {
    const { connection, inbox, session } = this;
    const { flags, connection: from } = inbox;
    const qos = (flags >> 1) & 3;
    const topic = toText(inbox.read(readU16(inbox.read(2), 0)));
    const id = qos > 0 ? readU16(inbox.read(2), 0) : 0;
    const payload = inbox.read(inbox.left);
    // Of a session that goes on, what an earlier connection left unacknowledged comes again.
    if (qos === 1 && from !== session.connection && from >= session.since) return;
    if (topic === undefined || !isTopic(topic)) {
      connection.drop("malformed packet: topic");
      return;
    }
    for (const subscription of this.subscriptions.list.slice(0)) {
      const { filter, handler } = subscription;
      if (!handler || flags >= OVERSIZED || !matches(filter, topic)) continue;
      try {
        await handler(topic, payload);
      } catch (e) {
        this.log(`handler of ${filter}: ${(e as Error).message}`);
      }
    }
    if (qos === 0) return;
    // Acknowledged when handled, in the order of arrival [MQTT-4.6.0-2, MQTT-4.6.0-3].
    if (qos === 2) {
      if (from < session.since) return;
      session.handled(id);
    } else if (from !== session.connection) return;
    await connection.write(encodeAck(qos === 1 ? PUBACK : PUBREC, id));
  }
}
