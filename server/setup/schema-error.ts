import type { ErrorObject } from "ajv";
import {
  hasLoneSurrogate,
  idExpected,
  patternExpected,
  topicExpected,
  topicPrefixExpected,
} from "../../src/common/id";
import { withoutPassword } from "./broker-url";

/** Validators for the schema's formats. Each returns "expected X, got Y", or undefined if valid. */
export const FORMATS: Record<string, (text: string) => string | undefined> = {
  id: idExpected,
  "id-pattern": patternExpected,
  "well-formed": wellFormedExpected,
  topic: topicExpected,
  "topic-prefix": topicPrefixExpected,
  "i2c-address": i2cAddressExpected,
  "gpio-chip": gpioChipExpected,
  "spi-device": spiDeviceExpected,
};

function wellFormedExpected(text: string): string | undefined {
  if (!hasLoneSurrogate(text)) return undefined;
  return `expected text without lone surrogates, got ${JSON.stringify(text)}`;
}

/** Checks an I²C address. The addresses below 0x03 and above 0x77 are reserved: UM10204, 3.1.12. */
function i2cAddressExpected(text: string): string | undefined {
  const address = /^0x[0-9a-f]{2}$/i.test(text) ? Number(text) : 0;
  if (text === "auto" || (address >= 0x03 && address <= 0x77)) return undefined;
  return `expected "auto" or an address from "0x03" to "0x77", got ${JSON.stringify(text)}`;
}

function gpioChipExpected(text: string): string | undefined {
  if (text === "auto" || /^\/dev\/[\w-]+$/.test(text)) return undefined;
  return `expected "auto" or a path such as "/dev/gpiochip0", got ${JSON.stringify(text)}`;
}

function spiDeviceExpected(text: string): string | undefined {
  if (/^\/dev\/spidev\d+\.\d+$/.test(text)) return undefined;
  return `expected a path such as "/dev/spidev0.0", got ${JSON.stringify(text)}`;
}

interface Schema {
  type?: string | string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
}

/**
 * Describes the errors of a validation.
 * @returns one line with the wrong field and "expected X, got Y"
 */
export function schemaErrorLine(errors: ErrorObject[]): string {
  const error = decisive(errors);
  if (!error) return "does not match its schema";
  const path = error.instancePath.slice(1).replaceAll("/", ".");
  const field = (name: string): string => (path ? `${path}.${name}` : name);
  const schema = error.parentSchema as Schema;
  switch (error.keyword) {
    case "additionalProperties": {
      const unknown = (error.params as { additionalProperty: string }).additionalProperty;
      const known = Object.keys(schema.properties ?? {}).filter((name) => name !== "$schema");
      return unknownField(field(unknown), known);
    }
    case "required":
      return `${field((error.params as { missingProperty: string }).missingProperty)}: missing`;
    case "format":
      return `${path}: ${FORMATS[error.schema as string]?.(error.data as string) ?? ""}`;
    case "uniqueItems": {
      const { i, j } = error.params as { i: number; j: number };
      const again = (error.data as unknown[])[i];
      return `${field(String(Math.max(i, j)))}: expected each entry once, got ${JSON.stringify(again)} again`;
    }
    default:
      return `${path || "the whole file"}: expected ${allowed(schema)}, got ${withoutPassword(JSON.stringify(error.data))}`;
  }
}

/**
 * Describes an unknown field.
 * @param path the field's path in the configuration
 */
export function unknownField(path: string, known: string[]): string {
  return `${path}: unknown field, expected one of ${known.join(", ")}`;
}

/**
 * Selects the error to report. If a value fits none of several alternatives, this is the error
 * within the alternative of the value's own kind.
 */
function decisive(errors: ErrorObject[]): ErrorObject | undefined {
  const whole = errors.find(({ keyword }) => keyword === "anyOf");
  if (!whole) return errors[0];
  const isWithin = ({ keyword, instancePath }: ErrorObject): boolean =>
    instancePath !== whole.instancePath || !["type", "enum", "anyOf"].includes(keyword);
  return errors.find(isWithin) ?? whole;
}

function allowed(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(alternative).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = [schema.type ?? "a value of another kind"].flat();
  return types.map((type) => allowedOf(type, schema)).join(" or ");
}

/** Describes an alternative. An object of one field is short enough to be shown in full. */
function alternative(schema: Schema): string {
  const [name, ...others] = schema.required ?? [];
  const only = name !== undefined && others.length === 0 ? schema.properties?.[name] : undefined;
  return name && only ? `{${JSON.stringify(name)}: ${allowed(only)}}` : allowed(schema);
}

function allowedOf(type: string, schema: Schema): string {
  switch (type) {
    case "integer":
      return withRange("a whole number", " from", [schema.minimum, schema.maximum]);
    case "number":
      return withRange("a number", " from", [schema.minimum, schema.maximum]);
    case "string":
      return withRange("text", " of", [schema.minLength, schema.maxLength], " characters");
    case "array":
      return withRange("a list", " of", [schema.minItems, schema.maxItems], " entries");
    case "object":
      return withRange("an object", " of", [schema.minProperties, schema.maxProperties], " fields");
    case "boolean":
      return "true or false";
    default:
      return type;
  }
}

function withRange(
  what: string,
  from: string,
  [least, most]: [number | undefined, number | undefined],
  unit = "",
): string {
  if (least === undefined && most === undefined) return what;
  if (most === undefined) return `${what} of ${least}${unit} or more`;
  if (least === undefined) return `${what} of at most ${most}${unit}`;
  return `${what}${from} ${least} to ${most}${unit}`;
}
