import { matches } from "../../src/mqtt/topic";
import { Message } from "./message";
import { keys, type RecordSink, type RetainedHead } from "./records";
import { hasWildcard } from "./topic-tree";

/** The retained messages, one for each topic [MQTT 3.3.1.3]. */
export class RetainedMessages {
  private readonly byTopic = new Map<string, Message>();
  /** The topics of retained messages that do not count against the limit. */
  private readonly free = new Set<string>();

  constructor(
    private readonly sink: RecordSink | undefined,
    private readonly most: number,
  ) {}

  get size(): number {
    return this.byTopic.size;
  }

  /**
   * Replaces the retained message of a topic [MQTT-3.3.1-5]; an empty message deletes it
   * [MQTT-3.3.1-10, MQTT-3.3.1-11].
   * @param isFree whether the message does not count against the limit of retained messages
   * @returns false if there is no room for another topic
   */
  set(message: Message, isFree: boolean): boolean {
    const { topic } = message;
    if (message.payload.length === 0) {
      this.free.delete(topic);
      if (this.byTopic.delete(topic)) this.sink?.delete(keys.retained(topic));
      return true;
    }
    const isCounted = this.byTopic.has(topic) && !this.free.has(topic);
    if (!isFree && !isCounted && this.counted >= this.most) return false;
    message.detach();
    this.byTopic.set(topic, message);
    if (isFree) this.free.add(topic);
    else this.free.delete(topic);
    if (this.sink) this.put(this.sink, message);
    return true;
  }

  matching(filter: string): Message[] {
    if (!hasWildcard(filter)) {
      const message = this.byTopic.get(filter);
      return message ? [message] : [];
    }
    return [...this.byTopic.values()].filter(({ topic }) => matches(filter, topic));
  }

  restore({ topic, qos, free }: RetainedHead, payload: Buffer): void {
    this.byTopic.set(topic, new Message(topic, payload, qos));
    if (free) this.free.add(topic);
  }

  putAll(sink: RecordSink): void {
    for (const message of this.byTopic.values()) this.put(sink, message);
  }

  private get counted(): number {
    return this.byTopic.size - this.free.size;
  }

  private put(sink: RecordSink, { topic, qos, payload }: Message): void {
    const head: RetainedHead = { topic, qos, free: this.free.has(topic) };
    sink.put(keys.retained(topic), head, payload);
  }
}
