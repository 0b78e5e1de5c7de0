import {
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  REFUSED,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "../../src/mqtt/packet";
import { Refusal } from "../base/rejections";
import { type Identity, mayPublish, maySubscribe, publication, topicError } from "./access";
import type { BrokerContext } from "./broker-context";
import { encodeAck, encodeSuback, PINGRESP_PACKET } from "./encode";
import type { Publish, Request, Subscribe, Unsubscribe } from "./packets";
import type { Session, SessionConnection } from "./session";

/** The connection of the client that makes the requests: sends answers, and logs refusals. */
interface Asker {
  send: SessionConnection["send"];
  report(refusal: Refusal): void;
}

/** Handles the requests of an accepted client, if it has the right to make them. */
export class RequestHandler {
  constructor(
    private readonly context: BrokerContext,
    private readonly identity: Identity,
    private readonly session: Session,
    private readonly asker: Asker,
  ) {}

  /** @throws Refusal if the client must be disconnected */
  handle(packet: Request): void {
    const { session, asker } = this;
    switch (packet.type) {
      case PUBLISH:
        return this.publish(packet);
      case PUBACK:
        return session.acknowledged(packet.id);
      case PUBREC:
        return session.taken(packet.id);
      case PUBREL:
        session.release(packet.id);
        // Sent once the id is deleted from the store, too. Otherwise, after a kill, the client's
        // next message with this id would be considered a repeat of this message.
        return asker.send(encodeAck(PUBCOMP, packet.id), true);
      case PUBCOMP:
        return session.completed(packet.id);
      case SUBSCRIBE:
        return this.subscribe(packet);
      case UNSUBSCRIBE:
        return this.unsubscribe(packet);
      case PINGREQ:
        return asker.send(PINGRESP_PACKET, false); // [MQTT-3.12.4-1]
    }
  }

  private publish(packet: Publish): void {
    const { topic, qos, id } = packet;
    const { context, identity, session } = this;
    const error = topicError(topic, context.limits);
    if (error) throw new Refusal("topic", error);
    if (!mayPublish(identity, topic, context.topics))
      throw new Refusal("publish", `may not publish on ${topic}`);
    // [MQTT-4.3.3-2]: a QoS 2 message is routed once, when it is first received.
    if (qos < 2 || session.receive(id))
      context.core.publish(publication(identity, packet, context.topics), session);
    if (qos > 0) this.asker.send(encodeAck(qos === 1 ? PUBACK : PUBREC, id), true);
  }

  private subscribe({ id, filters }: Subscribe): void {
    const { session, asker } = this;
    const { core, limits } = this.context;
    for (const { filter } of filters) {
      const error = topicError(filter, limits);
      if (error) throw new Refusal("topic", error);
    }
    const codes: number[] = [];
    const granted: Subscribe["filters"] = [];
    for (const subscription of filters) {
      const refusal = this.mayNotSubscribe(subscription.filter);
      if (refusal) {
        // [MQTT-3.9.3-1]: the filter gets a failure code, and the client stays connected.
        asker.report(refusal);
        codes.push(REFUSED);
        continue;
      }
      core.subscribe(session, subscription.filter, subscription.qos);
      codes.push(subscription.qos);
      granted.push(subscription);
    }
    asker.send(encodeSuback(id, codes), true);
    // Retained messages are sent as if each filter had its own packet [MQTT-3.8.4-4], but once per
    // filter.
    const last = new Map(granted.map(({ filter, qos }) => [filter, qos]));
    for (const [filter, qos] of last) core.sendRetained(session, filter, qos);
  }

  private mayNotSubscribe(filter: string): Refusal | undefined {
    const { filters } = this.session;
    if (!maySubscribe(this.identity, filter, this.context.topics))
      return new Refusal("subscribe", `may not subscribe to ${filter}`);
    const max = this.context.limits.subscriptions;
    if (!filters.has(filter) && filters.size >= max)
      return new Refusal("subscriptions", `expected at most ${max} subscriptions, got one more`);
    return undefined;
  }

  private unsubscribe({ id, filters }: Unsubscribe): void {
    for (const filter of filters) this.context.core.unsubscribe(this.session, filter);
    this.asker.send(encodeAck(UNSUBACK, id), true); // [MQTT-3.10.4-4, MQTT-3.10.4-5]
  }
}
