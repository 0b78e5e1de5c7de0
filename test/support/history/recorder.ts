import type { Answer, HistoryEvent, Message, Subscription } from "./events";

/** Records a history: the actions and observations of all clients, in order of time. */
export class Recorder {
  readonly events: HistoryEvent[] = [];
  private connections = 0;
  private messages = 0;

  /** @returns a payload that no other message has */
  nextPayload(): string {
    return `m${++this.messages}`;
  }

  /**
   * Records that CONNECT is sent.
   * @returns the number of the new connection
   */
  connect(client: string, clean: boolean, will?: Message): number {
    const connection = ++this.connections;
    this.add({ type: "connect", connection, client, clean, will });
    return connection;
  }

  /**
   * Records an event.
   * @returns the event's position in the history
   */
  add(event: HistoryEvent): number {
    return this.events.push(event) - 1;
  }

  publish(connection: number, message: Message, of?: number): number {
    return this.add({ type: "publish", connection, message, of });
  }

  subscribe(connection: number, ...subscriptions: Subscription[]): number {
    return this.add({ type: "subscribe", connection, subscriptions });
  }

  answer(connection: number, answer: Answer, to: number, granted?: number[]): number {
    return this.add({ type: "answer", connection, answer, to, granted });
  }
}
