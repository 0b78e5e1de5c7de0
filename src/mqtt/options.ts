import type { Broker } from "./connection";
import type { Will } from "./packet";

/** Settings of one client. */
export interface MqttOptions extends Broker {
  /** May be empty only with a clean session [MQTT-3.1.3-7]. */
  clientId: string;
  username?: string;
  /** Sent only together with a user name [MQTT-3.1.2-22]. */
  password?: string;
  /**
   * Keep-alive interval, 0..65535 s, default 30. With 0 the client does not notice a half-open
   * connection.
   */
  keepAliveS?: number;
  /** If false, the broker keeps subscriptions and messages at QoS 1 and 2. Default true. */
  cleanSession?: boolean;
  will?: Will;
  /** Longest packet that the client accepts, bytes. Allocated at once. Default 2048. */
  maxPacketBytes?: number;
  /** Room for messages whose handler has not run yet, bytes. Allocated at once. Default 4096. */
  inboxBytes?: number;
  /** How long publish(), subscribe() and unsubscribe() wait for the broker, ms. Default 20000. */
  ackTimeoutMs?: number;
  /** A connection that lasted this long resets the backoff, ms. Default 10000. */
  stableMs?: number;
  /** Called with one line for each connection that ends and for each handler that fails. */
  log?: (line: string) => void;
}
