import type { MqttClient } from "mqtt";

/** Whether MQTT 5 was agreed on: brokers that know 3.1.1 alone are spoken to by that. */
export function speaksMqtt5({ options }: MqttClient): boolean {
  return options.protocolVersion === 5;
}

/** The node that a client is connected to, or tries. */
export function addressOf({ options }: MqttClient): string {
  const { protocol = "mqtt", host = "", port } = options;
  const name = host.includes(":") ? `[${host}]` : host;
  return `${protocol}://${name}${port ? `:${port}` : ""}`;
}
