import type { HistoryEvent, Qos } from "./events";
import type { Connection, Ending, FilterChange, Model, Receipt, Sent, Session } from "./model";

type Of<T extends HistoryEvent["type"]> = Extract<HistoryEvent, { type: T }>;

/**
 * Builds the model of a history.
 * @throws Error if the history itself is inconsistent, such as an answer to a request that was
 * never sent
 */
export function modelOf(events: readonly HistoryEvent[]): Model {
  const builder = new Builder(events);
  for (const [at, event] of events.entries()) builder.add(at, event);
  return builder.finish();
}

class Builder {
  private readonly model: Model;
  private readonly byId = new Map<number, Connection>();
  private readonly current = new Map<string, Connection>();
  private readonly bySendAt = new Map<number, Sent>();
  private readonly changesAt = new Map<number, FilterChange[]>();
  private readonly open = new Map<Session, Map<number, Receipt>>();

  /** True while the broker's process has been killed but has not ended yet. */
  private isDying = false;

  constructor(private readonly events: readonly HistoryEvent[]) {
    this.model = {
      events,
      connections: [],
      sessions: [],
      sent: [],
      unanswered: new Map(),
      sessionPresent: [],
      strays: [],
      kills: [],
    };
  }

  add(at: number, event: HistoryEvent): void {
    if (event.type === "kill" || event.type === "gone") {
      this.isDying = event.type === "kill";
      const kill = this.model.kills.at(-1);
      if (this.isDying) this.model.kills.push({ at, goneAt: Infinity });
      else if (kill) kill.goneAt = at;
      for (const connection of this.current.values()) this.end(connection, at, "kill");
      return;
    }
    if (event.type === "connect") {
      this.connect(at, event);
      return;
    }
    const connection = this.byId.get(event.connection);
    if (!connection) throw new Error(`#${at}: no connection ${event.connection}`);
    switch (event.type) {
      case "connack":
        connection.accepted = true;
        this.model.sessionPresent.push({ at, connection, present: event.sessionPresent });
        break;
      case "publish":
        this.publish(at, event, connection);
        break;
      case "release":
      case "ping":
        this.model.unanswered.set(at, connection);
        break;
      case "subscribe":
        this.change(at, connection, event.subscriptions);
        break;
      case "unsubscribe":
        this.change(
          at,
          connection,
          event.filters.map((filter) => ({ filter })),
        );
        break;
      case "answer":
        this.answer(at, event, connection);
        break;
      case "received":
        this.receive(at, event, connection);
        break;
      case "confirm":
      case "released": {
        const receipt = this.openOf(connection.session).get(event.packetId);
        if (receipt) receipt[event.type === "confirm" ? "confirmedAt" : "releasedAt"] = at;
        break;
      }
      case "disconnect":
      case "cut":
        this.end(connection, at, event.type);
        break;
      case "stray":
        this.model.strays.push({ at, connection, packet: event.packet });
        break;
      case "closed":
        connection.closedAt = at;
        this.end(connection, at, this.isDying ? "kill" : "closed");
    }
  }

  finish(): Model {
    // A message at QoS 0 has no answer of its own. The answer to a later request shows that the
    // broker has handled it.
    for (const sent of this.model.sent) {
      const [send] = sent.sends;
      if (!send || sent.message.qos > 0) continue;
      const later = send.connection.answered.filter(({ sentAt }) => sentAt > send.at);
      sent.doneAt = Math.min(Infinity, ...later.map(({ answeredAt }) => answeredAt));
    }
    this.model.sent.sort((a, b) => a.startsAt - b.startsAt);
    return this.model;
  }

  private connect(at: number, { connection: id, client, clean, will }: Of<"connect">): void {
    const before = this.current.get(client);
    if (before) this.end(before, at, "taken over");
    let session = before?.session;
    if (!session || session.clean || clean) {
      if (session && !session.clean) session.endedAt = at;
      const next: Session = {
        client,
        clean,
        connections: [],
        endedAt: Infinity,
        changes: new Map(),
        receipts: [],
      };
      this.model.sessions.push(next);
      session = next;
    }
    const connection: Connection = {
      id,
      session,
      openedAt: at,
      accepted: false,
      endedAt: Infinity,
      closedAt: Infinity,
      answered: [],
    };
    session.connections.push(connection);
    this.model.connections.push(connection);
    this.byId.set(id, connection);
    this.current.set(client, connection);
    if (!will) return;
    connection.will = {
      message: will,
      publisher: `the will of c${id}`,
      sends: [],
      will: connection,
      startsAt: Infinity,
      ackedAt: Infinity,
      doneAt: Infinity,
    };
    this.model.sent.push(connection.will);
  }

  private end(connection: Connection, at: number, ending: Ending): void {
    if (connection.ending) return;
    connection.ending = ending;
    connection.endedAt = at;
    const { session } = connection;
    if (session.clean) session.endedAt = at;
    if (connection.will) connection.will.startsAt = at;
  }

  private publish(at: number, { message, of }: Of<"publish">, connection: Connection): void {
    const first = of === undefined ? undefined : this.bySendAt.get(of);
    const sent = first ?? {
      message,
      publisher: connection.session.client,
      sends: [],
      startsAt: at,
      ackedAt: Infinity,
      doneAt: Infinity,
    };
    if (!first) this.model.sent.push(sent);
    sent.sends.push({ at, connection });
    this.bySendAt.set(at, sent);
    if (message.qos > 0) this.model.unanswered.set(at, connection);
  }

  private change(
    at: number,
    connection: Connection,
    changes: { filter: string; qos?: Qos }[],
  ): void {
    const { session } = connection;
    const made = changes.map((change) => {
      const made = { ...change, connection, sentAt: at, answeredAt: Infinity };
      const list = session.changes.get(change.filter);
      if (list) list.push(made);
      else session.changes.set(change.filter, [made]);
      return made;
    });
    this.changesAt.set(at, made);
    this.model.unanswered.set(at, connection);
  }

  private answer(at: number, { answer, to, granted }: Of<"answer">, connection: Connection): void {
    if (!this.model.unanswered.delete(to)) throw new Error(`#${at}: nothing to answer at #${to}`);
    connection.answered.push({ sentAt: to, answeredAt: at });
    for (const [i, change] of (this.changesAt.get(to) ?? []).entries()) {
      change.answeredAt = at;
      if (change.qos !== undefined) change.qos = (granted?.[i] ?? change.qos) as Qos;
    }
    if (answer !== "puback" && answer !== "pubcomp") return;
    const request = this.events[to];
    const sent = this.bySendAt.get(request?.type === "release" ? request.of : to);
    if (sent) sent.ackedAt = sent.doneAt = at;
  }

  private receive(
    at: number,
    { message, dup, packetId }: Of<"received">,
    connection: Connection,
  ): void {
    const { session } = connection;
    const receipt: Receipt = {
      at,
      connection,
      message,
      dup,
      packetId,
      confirmedAt: Infinity,
      releasedAt: Infinity,
    };
    session.receipts.push(receipt);
    if (packetId === undefined) return;
    const open = this.openOf(session);
    const before = open.get(packetId);
    if (before && this.isOpen(before)) {
      receipt.repeats = before;
    }
    open.set(packetId, receipt);
  }

  /** Whether the broker may not know yet that the message has arrived at the client. */
  private isOpen({ message, connection, confirmedAt, releasedAt }: Receipt): boolean {
    if (message.qos === 2) return releasedAt === Infinity;
    if (confirmedAt === Infinity || this.model.kills.some(({ goneAt }) => goneAt > confirmedAt))
      return true;
    if (connection.ending === undefined) return false;
    return !connection.answered.some(({ sentAt }) => sentAt > confirmedAt);
  }

  private openOf(session: Session): Map<number, Receipt> {
    let open = this.open.get(session);
    if (!open) this.open.set(session, (open = new Map<number, Receipt>()));
    return open;
  }
}
