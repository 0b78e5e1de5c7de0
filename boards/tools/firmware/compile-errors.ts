import { stripVTControlCharacters } from "node:util";

/** So many errors are shown: those after them mostly follow from these. */
const SHOWN = 3;
/** The server's log shows 300 characters of a line, with more words in front. */
const MAX_LENGTH = 220;
/** As in "src/main.ts:49:7 - error TS1134: Variable declaration expected." */
const ERROR = /^(\S.*:\d+:\d+) - error (TS\d+): (.*)$/gm;

/**
 * The first errors of DeviceScript's compiler in one line, without its colours and source excerpts:
 * `src/main.ts:49:7: Variable declaration expected. (TS1134)`.
 * @param output all that it printed
 */
export function compileErrors(output: string): string {
  const text = stripVTControlCharacters(output);
  const found = [...text.matchAll(ERROR)].map(
    ([, where = "", code = "", message = ""]) => `${where}: ${message.trim()} (${code})`,
  );
  // It may end for another reason, and then says so in other words.
  const all = found.length ? [...new Set(found)] : linesOf(text);
  const shown = all.slice(0, SHOWN);
  while (shown.length > 1 && shown.join("; ").length > MAX_LENGTH) shown.pop();
  const rest = all.length - shown.length;
  return shorten(shown.join("; ")) + (rest > 0 ? `; and ${rest} more` : "");
}

function linesOf(text: string): string[] {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => line && !line.startsWith("using devs:"));
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
