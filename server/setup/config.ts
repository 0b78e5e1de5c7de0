import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import type { Group } from "../../src/common/groups";
import {
  idExpected,
  patternExpected,
  topicExpected,
  topicPrefixExpected,
} from "../../src/common/id";
import type { ServerRule } from "../../src/common/server-rule";
import type { DeviceConfig } from "../../src/config";
import { ROOT } from "../base/root";
import { readText } from "../base/text";
import { messageOf, UserError } from "../base/user-error";
import { readBrokerUrl, withoutPassword } from "./broker-url";

/** What `devicescript.json` holds; `devicescript.schema.json` says what is allowed. */
export interface Config extends Omit<DeviceConfig, "rule"> {
  /** Which devices the server decides for: all on the broker, `id` alone, or those that match. */
  devices: "all" | "own" | string[];
  /** After how long without a message a device is offline, ms, by what its id matches; 0: never. */
  offlineAfterMs: Record<string, number>;
  homeAssistant: HomeAssistantTopics;
  rule: ServerRule;
  groups: Group[];
  commands: CommandPolicy;
}

/** How Home Assistant's own MQTT settings are. */
export interface HomeAssistantTopics {
  /** Its discovery prefix. */
  prefix: string;
  /** Where it says that it has started. */
  statusTopic: string;
}

/** What becomes of commands to a device that is away. */
export interface CommandPolicy {
  /** By command field: only the last one counts, or each one, in order. */
  delivery: Record<string, "latest" | "ordered">;
  /** An ordered command is void after this, ms. */
  expiresMs: number;
}

export const CONFIG_FILE = "devicescript.json";
const DEFAULT_PATH = join(ROOT, CONFIG_FILE);
const SCHEMA_FILE = "devicescript.schema.json";

/** The schema's formats: each says what was expected of a text, if it is not that. */
const FORMATS: Record<string, (text: string) => string | undefined> = {
  id: idExpected,
  "id-pattern": patternExpected,
  topic: topicExpected,
  "topic-prefix": topicPrefixExpected,
};

/** @throws UserError naming the file, the field's path, what was found and what is allowed */
export function loadConfig(path = DEFAULT_PATH): Config {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    throw new UserError(`${path}: ${messageOf(error)}`);
  }
  return parseConfig(text, path === DEFAULT_PATH ? CONFIG_FILE : path);
}

/** @param name of the file, as messages have it */
export function parseConfig(text: string, name = CONFIG_FILE): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${name}: not JSON: ${messageOf(error)}`);
  }
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
  if (validate(value)) {
    const { broker } = value;
    if (broker === "embedded") return value;
    return { ...value, broker: readBrokerUrl(`${name}: broker`, broker, "device") };
  }
  throw new UserError(`${name}: ${describe(validate.errors?.[0])}`);
}

function describe(error: ErrorObject | undefined): string {
  if (!error) return "does not match its schema";
  const path = error.instancePath.slice(1).replaceAll("/", ".");
  const field = (name: string): string => (path ? `${path}.${name}` : name);
  switch (error.keyword) {
    case "additionalProperties": {
      const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
      const unknown = (error.params as { additionalProperty: string }).additionalProperty;
      return `${field(unknown)}: not a field, expected one of ${known.filter((k) => k !== "$schema").join(", ")}`;
    }
    case "required":
      return `${field((error.params as { missingProperty: string }).missingProperty)}: missing`;
    case "format":
      return `${path}: ${FORMATS[error.schema as string]?.(error.data as string) ?? ""}`;
    default:
      return `${path || "the whole file"}: expected ${allowed(error)}, got ${withoutPassword(JSON.stringify(error.data))}`;
  }
}

function allowed(error: ErrorObject): string {
  const schema = error.parentSchema as {
    type?: string;
    minimum?: number;
    maximum?: number;
    pattern?: string;
    enum?: unknown[];
    const?: unknown;
  };
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.pattern) return `text that matches ${schema.pattern}`;
  if (schema.minimum !== undefined && schema.maximum !== undefined)
    return `${schema.type === "integer" ? "a whole number" : "a number"} from ${schema.minimum} to ${schema.maximum}`;
  return schema.type === "object" ? "an object" : `a ${schema.type ?? "value of another kind"}`;
}
