import type { CadenceConfig } from "./cadence";
import type { Rule } from "./common/rule";

/** What the firmware takes over from `devicescript.json`. */
export interface DeviceConfig {
  id: string;
  /** What all topics begin with; empty, or with a slash at its end. */
  topicPrefix: string;
  /** `embedded`, or `mqtt://HOST[:PORT]`, or `mqtts://HOST[:PORT]`: see `broker-address`. */
  broker: string;
  telemetry: CadenceConfig & {
    /** Keep readings while there is no connection and send them afterwards, or drop them. */
    whenOffline: "store" | "discard";
  };
  /** How long the server may be gone before the device decides for itself, ms. */
  aloneAfterMs: number;
  /** How long a new program goes on from its first reading that arrived until it is confirmed, ms. */
  confirmAfterMs: number;
  /** For when it is alone; null if the configured rule is not one that it can follow. */
  rule: Rule | null;
}
