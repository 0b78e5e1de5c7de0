import type { CadenceConfig } from "./cadence";
import type { Rule } from "./common/rule";

/** The values of `devicescript.json` that are compiled into the firmware. */
export interface DeviceConfig {
  id: string;
  /** The prefix of all topics: empty, or with a slash at its end. */
  topicPrefix: string;
  /** `embedded`, or `mqtt://HOST[:PORT]`, or `mqtts://HOST[:PORT]`: see `broker-address`. */
  broker: string;
  telemetry: CadenceConfig & {
    /** `store` keeps readings during an outage and sends them afterwards; `discard` drops them. */
    whenOffline: "store" | "discard";
  };
  /** How long the server may be absent before the device decides for itself, ms. */
  aloneAfterMs: number;
  /**
   * How long a new program must run after its first acknowledged reading until it is confirmed, ms.
   */
  confirmAfterMs: number;
  /**
   * The rule that the device follows while it is alone; null if the device can't evaluate the
   * configured rule.
   */
  rule: Rule | null;
}
