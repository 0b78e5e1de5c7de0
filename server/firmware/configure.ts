import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeviceConfig } from "../../src/config";
import type { Rule } from "../../src/rule";
import { CONFIG_FILE, type Config } from "../config";
import { VERSION } from "../version";
import { ROOT } from "./paths";

const GENERATED = join(ROOT, "src/config.gen.ts");

/** DeviceScript imports no JSON, so the configuration reaches the firmware as a source file. */
export function writeFirmwareConfig(config: Config): void {
  const { id, broker, telemetry, aloneAfterMs } = config;
  const used: DeviceConfig = { id, broker, telemetry, aloneAfterMs, rule: ruleOfDevice(config) };
  const source = `// Made from ${CONFIG_FILE}: change that instead, then \`npm run build\`.
import type { DeviceConfig } from "./config";

export const firmwareVersion = "${VERSION}";

export const config: DeviceConfig = ${JSON.stringify(used, undefined, 2)};
`;
  // Left alone where nothing changed, so that a compiled program stays fresh.
  if (existsSync(GENERATED) && readFileSync(GENERATED, "utf8") === source) return;
  writeFileSync(GENERATED, source);
}

/** Alone, the device can follow a rule about its own sensor and LED, and no other. */
function ruleOfDevice({ rule, groups, id }: Config): Rule | null {
  const own = rule.field === "light" && rule.on["led_on"] === true && rule.off["led_on"] === false;
  const together = groups.some(({ members, lights }) => [...members, ...lights].includes(id));
  if (!own || together) return null;
  const { comparison, value, hysteresis, minChangeMs } = rule;
  return { comparison, value, hysteresis, minChangeMs };
}
