import { createConnection } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { generate, type IConnectPacket, type Packet, parser } from "mqtt-packet";
import { until } from "./until";
import { Wire } from "./wire";

/**
 * An MQTT client that sends exactly the given packets, for attacks that no ordinary client would
 * carry out.
 */
export class RawMqtt extends Wire {
  readonly received: Packet[] = [];

  private constructor(stream: Duplex) {
    super(stream);
    const packets = parser();
    packets.on("packet", (packet) => this.received.push(packet));
    stream.on("data", (chunk: Buffer) => packets.parse(chunk));
  }

  /** @param from the address from which the client connects, within 127.0.0.0/8 */
  static open(port: number, from = "127.0.0.1"): RawMqtt {
    return new RawMqtt(createConnection({ port, host: "127.0.0.1", localAddress: from }));
  }

  static openTls(port: number, options: ConnectionOptions): RawMqtt {
    return new RawMqtt(connectTls({ port, host: "127.0.0.1", ...options }));
  }

  override send(...packets: (Packet | Uint8Array)[]): void {
    super.send(
      ...packets.map((packet) => (packet instanceof Uint8Array ? packet : generate(packet))),
    );
  }

  /** @returns the CONNACK's return code, or undefined if the connection was closed instead */
  async connect(options: Partial<IConnectPacket> = {}): Promise<number | undefined> {
    this.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clientId: "",
      clean: true,
      keepalive: 0,
      ...options,
    });
    await until("an answer to CONNECT", () => this.closed || this.received.length > 0);
    const [answer] = this.received;
    return answer?.cmd === "connack" ? answer.returnCode : undefined;
  }

  /** @returns the granted QoS or 128 for each filter, or undefined if the connection was closed */
  async subscribe(...filters: string[]): Promise<unknown[] | undefined> {
    const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }));
    this.send({ cmd: "subscribe", messageId: 1, subscriptions });
    const answer = () => this.received.find((packet) => packet.cmd === "suback");
    await until("an answer to SUBSCRIBE", () => this.closed || answer() !== undefined);
    const packet = answer();
    return packet?.cmd === "suback" ? packet.granted : undefined;
  }

  /**
   * @returns true if the QoS 1 message was acknowledged, false if the connection was closed instead
   */
  async publish(topic: string, payload = "x", retain = false): Promise<boolean> {
    const acknowledged = () => this.received.filter((packet) => packet.cmd === "puback").length;
    const before = acknowledged();
    this.send({ cmd: "publish", topic, payload, qos: 1, dup: false, retain, messageId: 7 });
    await until("an answer to PUBLISH", () => this.closed || acknowledged() > before);
    return acknowledged() > before;
  }

  topics(): string[] {
    return this.received.flatMap((packet) => (packet.cmd === "publish" ? [packet.topic] : []));
  }

  async untilClosed(): Promise<void> {
    await until("the connection is closed", () => this.closed);
  }
}
