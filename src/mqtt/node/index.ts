/** The MQTT client for Node. */
import { randomInt } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import type { Platform, Transport } from "../platform";
import { NodeTransport } from "./transport";
import { wait, wake } from "./waiting";

/** The part of `NodeTransport` that `Transport` does not declare. */
type Readable = Pick<NodeTransport, "read">;

/** @param secure for TLS: the certificates that the client trusts, and its own certificate */
export function nodePlatform(secure: ConnectionOptions = {}): Platform {
  return {
    connect: (address) => NodeTransport.open(address, secure),
    read: (transport, timeoutMs, target) =>
      (transport as Transport & Readable).read(timeoutMs, target),
    now: () => performance.now(),
    sleep: (ms) =>
      new Promise((resolve) => {
        if (ms > 0) setTimeout(resolve, ms);
        else setImmediate(resolve);
      }),
    start: (task, a, b, c, d) => void Promise.resolve().then(() => task.run(a, b, c, d)),
    wait,
    wake,
    random: () => randomInt(65536),
  };
}

export { MqttClient } from "../client";
export type { MqttOptions } from "../options";
export type { QoS, Will } from "../packet";
export type { Platform } from "../platform";
export type { Handler } from "../subscriptions";
export { isFilter, isTopic, matches } from "../topic";
