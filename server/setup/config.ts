import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import type { Group } from "../../src/common/groups";
import type { ServerRule } from "../../src/common/server-rule";
import type { DeviceConfig } from "../../src/config";
import { ROOT } from "../base/root";
import { parseJson, readText } from "../base/text";
import { lineFor, UserError } from "../base/user-error";
import { readBrokerUrl } from "./broker-url";
import { crossFieldError } from "./contradictions";
import type { PiParts } from "./pi-parts";
import { FORMATS, schemaErrorLine } from "./schema-error";

/** The content of `devicescript.json`; `devicescript.schema.json` defines what is valid. */
export interface Config extends Omit<DeviceConfig, "rule"> {
  /**
   * The devices that the server decides for: all on the broker, only `id`, or those that match a
   * pattern.
   */
  devices: "all" | "own" | string[];
  /** Time without a message after which a device counts as offline, ms, by id pattern; 0: never. */
  offlineAfterMs: Record<string, number>;
  homeAssistant: HomeAssistantTopics;
  rule: ServerRule;
  groups: Group[];
  commands: CommandPolicy;
  /** Brightness of a dimmable lamp while it is on: percent of its full light, 1..100. */
  lampBrightness: number;
  pi: PiParts;
}

/** Home Assistant's topics. They must agree with its own MQTT settings. */
export interface HomeAssistantTopics {
  /** Home Assistant's discovery prefix. */
  prefix: string;
  /** Topic on which Home Assistant announces that it has started. */
  statusTopic: string;
}

/** How commands to a device that is offline are handled. */
export interface CommandPolicy {
  /** Delivery of each command field: only the latest command, or every command in order. */
  delivery: Record<string, "latest" | "ordered">;
  /** Ordered commands expire after this time, ms. */
  expiresMs: number;
}

export const CONFIG_FILE = "devicescript.json";
const DEFAULT_PATH = join(ROOT, CONFIG_FILE);
const SCHEMA_FILE = "devicescript.schema.json";

/**
 * Reads and checks the configuration.
 * @throws UserError with the file, the field's path, and "expected X, got Y"
 */
export function loadConfig(path = DEFAULT_PATH): Config {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    throw new UserError(lineFor(error));
  }
  return parseConfig(text, path === DEFAULT_PATH ? CONFIG_FILE : path);
}

/**
 * Checks the text of a configuration.
 * @param name the file's name, for error messages
 */
export function parseConfig(text: string, name = CONFIG_FILE): Config {
  const value = parseJson(text, name);
  const schema = JSON.parse(readFileSync(join(ROOT, SCHEMA_FILE), "utf8")) as object;
  const validate = new Ajv({
    verbose: true,
    useDefaults: true,
    allowUnionTypes: true,
    formats: Object.fromEntries(
      Object.entries(FORMATS).map(([name, expected]) => [
        name,
        (text: string) => expected(text) === undefined,
      ]),
    ),
  }).compile<Config>(schema);
  if (!validate(value)) throw new UserError(`${name}: ${schemaErrorLine(validate.errors ?? [])}`);
  const problem = crossFieldError(value);
  if (problem !== undefined) throw new UserError(`${name}: ${problem}`);
  const { broker } = value;
  if (broker === "embedded") return value;
  return { ...value, broker: readBrokerUrl(`${name}: broker`, broker, "device") };
}
