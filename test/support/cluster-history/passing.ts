import { type Packet, type Parser, parser } from "mqtt-packet";
import type { Tap } from "../cutting-proxy";
import type { Passed } from "./check";

/**
 * Records the messages between a server and its broker. It decodes them without the server's own
 * decoder.
 */
export class Passing implements Tap {
  private readonly client = parser();
  private broker: Parser | undefined;
  private shards: string | undefined;

  /** @param by name of the server, and number of its connection */
  constructor(
    private readonly by: string,
    private readonly note: (event: Passed) => void,
  ) {
    this.client.on("packet", (packet) => this.fromServer(packet));
  }

  readonly fromClient = (chunk: Buffer): void => void this.client.parse(chunk);

  readonly fromBroker = (chunk: Buffer): void => void this.broker?.parse(chunk);

  private fromServer(packet: Packet): void {
    const { by } = this;
    if (packet.cmd === "connect") {
      this.broker = parser({ protocolVersion: packet.protocolVersion ?? 4 });
      this.broker.on("packet", (answer) => this.toServer(answer));
    }
    if (packet.cmd !== "publish") return;
    const [device, kind] = split(packet.topic);
    const text = packet.payload.toString();
    if (packet.topic.startsWith("nightlight/server/presence/") && text !== "")
      this.beat(String((JSON.parse(text) as { shards: number[] }).shards));
    if (kind !== "commands") return;
    const { led_on: ledOn, seq } = JSON.parse(text) as { led_on: boolean; seq?: number };
    this.note({ by, type: "sent", device, ledOn, seq, again: packet.dup });
  }

  private toServer(packet: Packet): void {
    if (packet.cmd !== "publish") return;
    const [device, kind] = split(packet.topic);
    if (kind !== "telemetry") return;
    const { light, seq } = JSON.parse(packet.payload.toString()) as { light: number; seq?: number };
    this.note({ by: this.by, type: "delivered", device, light, seq, again: packet.dup });
  }

  private beat(shards: string): void {
    if (shards !== this.shards) this.note({ by: this.by, type: "decides", shards });
    this.shards = shards;
  }
}

function split(topic: string): [id: string, kind: string] {
  const slash = topic.lastIndexOf("/");
  return [topic.slice(0, slash), topic.slice(slash + 1)];
}
