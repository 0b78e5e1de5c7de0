import type { MqttClient } from "mqtt";

/** Whether the connection uses MQTT 5. Otherwise it uses MQTT 3.1.1. */
export function speaksMqtt5({ options }: MqttClient): boolean {
  return options.protocolVersion === 5;
}

/** URL of the node that a client is connected to, or tries. */
export function addressOf({ options }: MqttClient): string {
  const { protocol = "mqtt", host = "", port } = options;
  const name = host.includes(":") ? `[${host}]` : host;
  return `${protocol}://${name}${port ? `:${port}` : ""}`;
}
