/** The MQTT client for DeviceScript. */
export { MqttClient } from "./client";
export { DEVICE } from "./device";
export { randomU16 } from "./random";
export type { MqttOptions } from "./options";
export type { QoS, Will } from "./packet";
export type { Handler } from "./subscriptions";
export { isFilter, isTopic, matches } from "./topic";
