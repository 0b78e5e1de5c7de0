import type { CadenceConfig } from "./cadence";
import type { Rule } from "./rule";

/** What `devicescript.json` holds; `devicescript.schema.json` says what is allowed. */
export interface Config {
  id: string;
  /** `embedded`, or `mqtt://HOST[:PORT]`, or `mqtts://HOST[:PORT]`. */
  broker: string;
  /** Which devices the server decides for: all on the broker, or `id` alone. */
  devices: "all" | "own";
  telemetry: CadenceConfig & {
    /** Keep readings while there is no connection and send them afterwards, or drop them. */
    whenOffline: "store" | "discard";
  };
  /** How long the server may be gone before the device decides for itself, ms. */
  aloneAfterMs: number;
  rule: Rule;
}
