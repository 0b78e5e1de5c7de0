import {
  CONNECT,
  DISCONNECT,
  DUP,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from "../../src/mqtt/packet";
import { type Reason, Refusal } from "../base/rejections";
import { BAD_CLIENT_ID, BAD_PROTOCOL, encodeConnack } from "./encode";
import { type FieldReader, malformed } from "./field-reader";
import type { Connect, Packet, Publish, QoS, Subscribe, Unsubscribe } from "./packets";

/** A refusal of a CONNECT with the CONNACK that answers it [MQTT 3.2.2.3]. */
export class ConnectRefusal extends Refusal {
  constructor(
    reason: Reason,
    message: string,
    readonly answer: Buffer,
  ) {
    super(reason, message);
  }
}

/**
 * Parses a whole packet whose fixed header is already read.
 * @throws Refusal
 */
export function parse(first: number, reader: FieldReader): Packet {
  const type = first >> 4;
  switch (type) {
    case PUBLISH:
      return publish(first, reader);
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP: {
      const id = reader.id();
      reader.finish();
      return { type, id };
    }
    case CONNECT:
      return connect(reader);
    case SUBSCRIBE:
      return subscribe(reader);
    case UNSUBSCRIBE:
      return unsubscribe(reader);
    default:
      reader.finish();
      return type === PINGREQ ? { type } : { type: DISCONNECT };
  }
}

function publish(first: number, reader: FieldReader): Publish {
  const qos = (first >> 1) & 3;
  if (qos > 2) malformed("a PUBLISH at QoS 3"); // [MQTT-3.3.1-4]
  if (qos === 0 && first & DUP) malformed("a PUBLISH with DUP at QoS 0"); // [MQTT-3.3.1-2]
  const topic = reader.topic("a topic", "topic");
  const id = qos > 0 ? reader.id() : 0;
  const payload = reader.bytes(reader.left);
  return { type: PUBLISH, topic, payload, qos: qos as QoS, retain: (first & 1) === 1, id };
}

function subscribe(reader: FieldReader): Subscribe {
  const id = reader.id();
  const filters: Subscribe["filters"] = [];
  while (reader.left > 0) {
    const filter = reader.filter();
    const qos = reader.u8();
    if (qos > 2) malformed(`a requested QoS of ${qos}`); // [MQTT-3-8.3-4]
    filters.push({ filter, qos: qos as QoS });
  }
  if (filters.length === 0) malformed("a SUBSCRIBE without a filter"); // [MQTT-3.8.3-3]
  return { type: SUBSCRIBE, id, filters };
}

function unsubscribe(reader: FieldReader): Unsubscribe {
  const id = reader.id();
  const filters: string[] = [];
  while (reader.left > 0) filters.push(reader.filter());
  if (filters.length === 0) malformed("an UNSUBSCRIBE without a filter"); // [MQTT-3.10.3-2]
  return { type: UNSUBSCRIBE, id, filters };
}

function connect(reader: FieldReader): Connect {
  const level = protocolLevel(reader);
  const flags = reader.u8();
  if (flags & 1) malformed("a CONNECT with its reserved flag set"); // [MQTT-3.1.2-3]
  const hasWill = (flags & 4) !== 0;
  const willQos = (flags >> 3) & 3;
  if (willQos > 2) malformed("a will of QoS 3"); // [MQTT-3.1.2-14]
  // Without a will, the flags for a will must be 0 [MQTT-3.1.2-11, MQTT-3.1.2-13, MQTT-3.1.2-15].
  if (!hasWill && flags & 0x38) malformed("a CONNECT with flags of a will, but no will");
  const hasUser = (flags & 0x80) !== 0;
  const hasPassword = (flags & 0x40) !== 0;
  // A password needs a user name [MQTT-3.1.2-22].
  if (!hasUser && hasPassword) malformed("a password without a user name");
  const packet: Connect = {
    type: CONNECT,
    level,
    clean: (flags & 2) !== 0,
    keepAliveS: reader.u16(),
    // The payload's fields have this order [MQTT-3.1.3-1].
    clientId: reader.text("a client id"),
  };
  if (hasWill) {
    const topic = reader.topic("a will on a topic", "will");
    // A copy, because the will outlives the data that was read.
    const payload = Buffer.from(reader.bytes());
    packet.will = { topic, payload, qos: willQos as QoS, retain: (flags & 0x20) !== 0 };
  }
  if (hasUser) packet.username = reader.text("a user name");
  if (hasPassword) packet.password = Buffer.from(reader.bytes());
  reader.finish();
  // An empty client id needs a clean session [MQTT-3.1.3-8]. MQTT 3.1 allows no empty client id at
  // all.
  if (packet.clientId === "" && (!packet.clean || level === 3))
    throw new ConnectRefusal(
      "client-id",
      "an empty client id for a persistent session",
      encodeConnack(BAD_CLIENT_ID),
    );
  return packet;
}

/** @returns 4 for MQTT 3.1.1, 3 for MQTT 3.1 */
function protocolLevel(reader: FieldReader): 3 | 4 {
  const name = reader.text("a protocol name");
  const level = reader.u8();
  if (name === "MQTT" && level === 4) return 4;
  if (name === "MQIsdp" && level === 3) return 3;
  // The protocol name of MQTT 3.1.1 is MQTT [MQTT-3.1.2-1], that of MQTT 3.1 is MQIsdp.
  if (name !== "MQTT" && name !== "MQIsdp") malformed("a protocol name that is not MQTT");
  // Another level is answered with code 1 [MQTT-3.1.2-2]. Clients of MQTT 5 know this answer:
  // MQTT.js, paho and mosquitto_sub report it.
  const message =
    level === 5
      ? "speaks MQTT 5, this broker speaks MQTT 3.1.1"
      : `speaks ${name} of level ${level}, this broker speaks MQTT 3.1.1, level 4`;
  throw new ConnectRefusal("protocol", message, encodeConnack(BAD_PROTOCOL));
}
