import { type MqttClient, Store } from "mqtt";

type Put = Parameters<Store["put"]>;
type Del = Parameters<Store["del"]>;

/**
 * What MQTT.js has sent and the broker has not acknowledged. It sends all of that again after each
 * reconnect, whatever the session: a command from before the outage would come after newer ones of
 * others. So commands are forgotten with the connection; what is retained stays, and is sent again.
 */
export class OutgoingStore extends Store {
  /** Message ids of what is not retained. */
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

  /** To be called for the client that uses this store, before it connects. */
  watch(client: MqttClient): void {
    client.on("close", () => {
      // Who published it is called back with an error.
      for (const messageId of [...this.commands]) client.removeOutgoingMessage(messageId);
    });
  }
}
