import { parseArgs, type ParseArgsConfig } from "node:util";
import { messageOf, UserError } from "./user-error";

/**
 * Parses the options of a command.
 * @param hint where a person finds the valid options; the end of the message
 * @throws UserError that names an unknown option, or an option that is given twice
 */
export function parseFlags<T extends ParseArgsConfig>(
  config: T,
  hint: string,
): ReturnType<typeof parseArgs<T>> {
  try {
    const parsed = parseArgs(config);
    refuseRepeated(config);
    return parsed;
  } catch (error) {
    throw new UserError(`${flagMistake(error)}; ${hint}`);
  }
}

/** Node's `parseArgs` takes the last value of an option that is given twice. */
function refuseRepeated(config: ParseArgsConfig): void {
  const given = new Set<string>();
  for (const token of parseArgs({ ...config, tokens: true }).tokens) {
    if (token.kind !== "option" || config.options?.[token.name]?.multiple) continue;
    if (given.has(token.name)) throw new Error(`--${token.name}: is given twice`);
    given.add(token.name);
  }
}

/** Returns the mistake that Node's `parseArgs` found, as a sentence without its full stop. */
function flagMistake(error: unknown): string {
  const text = messageOf(error);
  const [, flag] = /^Option '(--[^' ]+).* is ambiguous/.exec(text) ?? [];
  if (flag !== undefined) return `${flag}: expected a value that does not begin with "-"`;
  return text.split(". ", 1)[0] ?? "bad option";
}
