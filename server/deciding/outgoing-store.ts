import { type MqttClient, Store } from "mqtt";

type Put = Parameters<Store["put"]>;
type Del = Parameters<Store["del"]>;

/**
 * Messages that MQTT.js has sent and the broker has not acknowledged. After each reconnect, with or
 * without a session, MQTT.js sends all of them again. A command from before the outage would arrive
 * after newer ones of other servers, so commands are forgotten when the connection is lost.
 * Retained messages stay, and are sent again.
 */
export class OutgoingStore extends Store {
  /** Ids of the messages that are not retained. */
  private readonly commands = new Set<number>();

  override put(packet: Put[0], done: Put[1]): this {
    if (packet.cmd === "publish" && !packet.retain && packet.messageId !== undefined)
      this.commands.add(packet.messageId);
    return super.put(packet, done);
  }

  override del(packet: Del[0], done: Del[1]): this {
    if (packet.messageId !== undefined) this.commands.delete(packet.messageId);
    return super.del(packet, done);
  }

  /**
   * Forgets the commands whenever the client loses its connection. Call for the client that uses
   * this store, before the client connects.
   */
  watch(client: MqttClient): void {
    client.on("close", () => {
      // The callback of each removed message gets an error.
      for (const messageId of [...this.commands]) client.removeOutgoingMessage(messageId);
    });
  }
}
