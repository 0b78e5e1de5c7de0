import { idError } from "../../src/common/id";
import { type Parsed, parseJsonObject } from "../../src/common/wire";

const NAME_MAX_LENGTH = 64;
/** Strangers may choose names: beyond this many, new ones are not taken in. */
const MAX_NAMES = 10_000;

/**
 * What people call the devices. The broker keeps the names: so they outlive this process, and all
 * servers of a broker have the same.
 */
export class Names {
  private readonly names = new Map<string, string>();

  /** @param onChange is handed the id of a device that is called otherwise now */
  constructor(private readonly onChange: (id: string) => void) {}

  of(id: string): string | undefined {
    return this.names.get(id);
  }

  /** @param name "" for none */
  set(id: string, name: string): void {
    if ((this.names.get(id) ?? "") === name) return;
    if (name === "") this.names.delete(id);
    else this.names.set(id, name);
    this.onChange(id);
  }

  /**
   * A name that the broker has kept, or that another server gives just now.
   * @returns what is wrong with the message
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

/** As `Names.receive` takes it. */
export function namePayload(name: string): string {
  return name === "" ? "" : JSON.stringify({ name });
}

/**
 * @param text as it came from a person or a broker
 * @returns the name without the white space around it, "" for none; or what is wrong with it
 */
export function parseName(text: unknown): Parsed<string> {
  const name = typeof text === "string" ? text.trim() : undefined;
  // What a page and Home Assistant can show: no half characters [Unicode 15.0, D75], none of control.
  if (name !== undefined && name.length <= NAME_MAX_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(name))
    return { value: name };
  const found = text === undefined ? "nothing" : JSON.stringify(text).slice(0, 80);
  return {
    error: `name: expected text of at most ${NAME_MAX_LENGTH} characters, none of them a control character, got ${found}`,
  };
}

function parsePayload(text: string): Parsed<string> {
  const { value, error } = parseJsonObject(text);
  return value ? parseName(value["name"]) : { error };
}
