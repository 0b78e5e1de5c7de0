import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../src/config";
import { CONFIG_FILE } from "../config";
import { VERSION } from "../version";
import { ROOT } from "./paths";

const GENERATED = join(ROOT, "src/config.gen.ts");

/** DeviceScript imports no JSON, so the configuration reaches the firmware as a source file. */
export function writeFirmwareConfig(config: Config): void {
  const { id, broker, devices, telemetry, aloneAfterMs, rule } = config;
  const used: Config = { id, broker, devices, telemetry, aloneAfterMs, rule };
  const literal = JSON.stringify(used, undefined, 2);
  const source = `// Made from ${CONFIG_FILE}: change that instead, then \`npm run build\`.
import type { Config } from "./config";

export const firmwareVersion = "${VERSION}";

export const config: Config = ${literal};
`;
  // Left alone where nothing changed, so that a compiled program stays fresh.
  if (existsSync(GENERATED) && readFileSync(GENERATED, "utf8") === source) return;
  writeFileSync(GENERATED, source);
}
