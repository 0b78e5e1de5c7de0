import { idError, textError } from "../../src/common/id";
import { type Parsed, parseJsonObject } from "../../src/common/wire";

const NAME_MAX_LENGTH = 64;
/** Maximum number of named devices. Names are untrusted input, so this bounds the memory. */
const MAX_NAMES = 10_000;

/**
 * The names that people give devices. The broker retains them, so that they outlive this process
 * and all servers of a broker share them.
 */
export class DeviceNames {
  private readonly names = new Map<string, string>();

  /** @param onChange called with the id of a device whose name has changed */
  constructor(private readonly onChange: (id: string) => void) {}

  of(id: string): string | undefined {
    return this.names.get(id);
  }

  /** @param name the new name; "" removes the name */
  set(id: string, name: string): void {
    if ((this.names.get(id) ?? "") === name) return;
    if (name === "") this.names.delete(id);
    else this.names.set(id, name);
    this.onChange(id);
  }

  /**
   * Takes in a name that the broker has retained, or that another server has just set.
   * @returns the error, if the message is invalid
   */
  receive(id: string, text: string): string | undefined {
    const wrongId = idError(id);
    if (wrongId !== undefined) return `id: ${wrongId}`;
    const { value = "", error }: Parsed<string> = text === "" ? {} : parsePayload(text);
    if (error !== undefined) return error;
    if (!this.names.has(id) && this.names.size >= MAX_NAMES)
      return `${MAX_NAMES} devices have names already`;
    this.set(id, value);
    return undefined;
  }
}

/** Makes the payload that tells other servers of a name; `DeviceNames.receive` parses it. */
export function namePayload(name: string): string {
  return name === "" ? "" : JSON.stringify({ name });
}

/**
 * @param text untrusted, from a person or a broker
 * @returns the name without the white space around it, "" for none; or the error
 */
export function parseName(text: unknown): Parsed<string> {
  const name = typeof text === "string" ? text.trim() : undefined;
  if (name !== undefined && name.length <= NAME_MAX_LENGTH && textError(name) === undefined)
    return { value: name };
  const found = text === undefined ? "nothing" : JSON.stringify(text).slice(0, 80);
  return {
    error: `name: expected text of at most ${NAME_MAX_LENGTH} characters, without control characters and lone surrogates, got ${found}`,
  };
}

function parsePayload(text: string): Parsed<string> {
  const { value, error } = parseJsonObject(text);
  return value ? parseName(value["name"]) : { error };
}
