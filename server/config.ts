import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import type { Config } from "../src/config";
import { ROOT } from "./firmware/paths";
import { UserError, messageOf } from "./user-error";

export const CONFIG_FILE = "devicescript.json";
const SCHEMA_FILE = "devicescript.schema.json";

/** @throws UserError naming the file, the field's path, what was found and what is allowed */
export function loadConfig(path = join(ROOT, CONFIG_FILE)): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${path}: ${messageOf(error)}`);
  }
  return parseConfig(text);
}

export function parseConfig(text: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${CONFIG_FILE}: not JSON: ${messageOf(error)}`);
  }
  const schema = JSON.parse(readFileSync(join(ROOT, SCHEMA_FILE), "utf8")) as object;
  const validate = new Ajv({ verbose: true }).compile<Config>(schema);
  if (validate(value)) return value;
  throw new UserError(`${CONFIG_FILE}: ${describe(validate.errors?.[0])}`);
}

function describe(error: ErrorObject | undefined): string {
  if (!error) return "does not match its schema";
  const path = error.instancePath.slice(1).replaceAll("/", ".");
  const field = (name: string): string => (path ? `${path}.${name}` : name);
  switch (error.keyword) {
    case "additionalProperties": {
      const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
      const unknown = (error.params as { additionalProperty: string }).additionalProperty;
      return `${field(unknown)}: not a field, allowed are ${known.filter((k) => k !== "$schema").join(", ")}`;
    }
    case "required":
      return `${field((error.params as { missingProperty: string }).missingProperty)}: missing`;
    default:
      return `${path || "the whole file"}: found ${JSON.stringify(error.data)}, allowed is ${allowed(error)}`;
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
