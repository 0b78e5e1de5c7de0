import type { CadenceConfig } from "./cadence";
import type { Rule } from "./rule";

/** What `devicescript.json` holds; `devicescript.schema.json` says what is allowed. */
export interface Config {
  id: string;
  /** `embedded`, or `mqtt://HOST[:PORT]`, or `mqtts://HOST[:PORT]`. */
  broker: string;
  /** Which devices the server decides for: all on the broker, or `id` alone. */
  devices: "all" | "own";
  telemetry: CadenceConfig;
  rule: Rule;
}
