import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { sourceVersion } from "../../../server/base/version";
import { type Config, CONFIG_FILE } from "../../../server/setup/config";
import type { Rule } from "../../../src/common/rule";
import type { DeviceConfig } from "../../../src/config";
import { type Target, targetText } from "../../parts";
import { boardSource, targetOfSource } from "./board-source";

const CONFIG_SOURCE = join("src", "config.gen.ts");
const BOARD_SOURCE = join("src", "board.gen.ts");

/**
 * Writes configuration and board as source files for the firmware, because DeviceScript imports no
 * JSON and takes no flags.
 * @param target undefined for the simulator
 * @param isOutboxKept whether the program's host keeps a copy of the outbox
 */
export function writeFirmwareConfig(config: Config, target?: Target, isOutboxKept = false): void {
  for (const [path, source] of Object.entries(firmwareConfig(config, target, isOutboxKept)))
    writeSource(join(ROOT, path), source);
}

/**
 * Returns the source files of `writeFirmwareConfig` by path in the checkout, without writing them.
 */
export function firmwareConfig(
  config: Config,
  target?: Target,
  isOutboxKept = false,
): Record<string, string> {
  return {
    [CONFIG_SOURCE]: configSource(config, target, isOutboxKept),
    [BOARD_SOURCE]: boardSource(target, config.lampBrightness),
  };
}

/** The board and the parts that were chosen last; undefined for the simulator. */
export function chosenTarget(): Target | undefined {
  return targetOfSource(join(ROOT, BOARD_SOURCE));
}

/**
 * Writes a changed source. An unchanged file is left alone, so that a compiled program stays valid.
 */
function writeSource(path: string, source: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === source) return;
  writeFileSync(path, source);
}

function configSource(config: Config, target: Target | undefined, isOutboxKept: boolean): string {
  const { id, topicPrefix, broker, telemetry, aloneAfterMs, confirmAfterMs } = config;
  // A host that keeps the outbox runs this program for all devices of a Raspberry Pi.
  const rule = ruleOfDevice(config, isOutboxKept ? Object.keys(config.pi.others) : []);
  const waits = { aloneAfterMs, confirmAfterMs };
  const used: DeviceConfig = { id, topicPrefix, broker, telemetry, ...waits, rule };
  return `// Made from ${CONFIG_FILE}: change that instead, then \`npm run build\`.
import type { DeviceConfig } from "./config";

export const firmwareVersion = "${sourceVersion()}";
/** Board and parts. Empty for the simulator, and for a board with its own sensor and LED. */
export const board = "${target ? targetText(target) : ""}";

/** Whether the program's host keeps a copy of the outbox. If so, the log contains each change. */
export const isOutboxKept = ${isOutboxKept && telemetry.whenOffline === "store"};

export const config: DeviceConfig = ${JSON.stringify(used, undefined, 2)};
`;
}

/**
 * Returns the rule that a device follows without a server. Only a rule about the device's own
 * sensor and LED is possible.
 * @param others ids of devices that run the same program
 */
export function ruleOfDevice(
  { rule, groups, id }: Config,
  others: readonly string[] = [],
): Rule | null {
  const own = rule.field === "light" && rule.on["led_on"] === true && rule.off["led_on"] === false;
  const together = groups.some(({ members, lights }) =>
    [id, ...others].some((device) => members.includes(device) || lights.includes(device)),
  );
  if (!own || together) return null;
  const { comparison, value, hysteresis, minChangeMs } = rule;
  return { comparison, value, hysteresis, minChangeMs };
}
