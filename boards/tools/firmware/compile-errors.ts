import { stripVTControlCharacters } from "node:util";

/** Maximum number of errors shown. Later errors are mostly caused by the first ones. */
const SHOWN_ERRORS = 3;
/**
 * Maximum length of the result. The server's log truncates a line, with its prefix, to 300
 * characters.
 */
const MAX_LENGTH_CHARS = 220;
/** An error such as "src/main.ts:49:7 - error TS1134: Variable declaration expected." */
const ERROR = /^(\S.*:\d+:\d+) - error (TS\d+): (.*)$/gm;

/**
 * Returns the first errors of DeviceScript's compiler in one line, without colours and source
 * excerpts: `src/main.ts:49:7: Variable declaration expected. (TS1134)`.
 * @param output the compiler's whole output
 */
export function compileErrors(output: string): string {
  const text = stripVTControlCharacters(output);
  const found = [...text.matchAll(ERROR)].map(
    ([, where = "", code = "", message = ""]) => `${where}: ${message.trim()} (${code})`,
  );
  // If the compiler fails for another reason, its output has no such error.
  const all = found.length ? [...new Set(found)] : linesOf(text);
  const shown = all.slice(0, SHOWN_ERRORS);
  while (shown.length > 1 && shown.join("; ").length > MAX_LENGTH_CHARS) shown.pop();
  const rest = all.length - shown.length;
  return shorten(shown.join("; ")) + (rest > 0 ? `; and ${rest} more` : "");
}

function linesOf(text: string): string[] {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => line && !line.startsWith("using devs:"));
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH_CHARS ? `${text.slice(0, MAX_LENGTH_CHARS)}…` : text;
}
