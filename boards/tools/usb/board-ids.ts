/** An id for each board of a class. Pure. */
import { UserError } from "../../../server/base/user-error";
import { idExpected } from "../../../src/common/id";

/**
 * Reads a list: an id on each line; empty lines and those that begin with # don't count.
 * @param file for the messages
 * @throws UserError naming the line that is wrong
 */
export function readIds(text: string, file: string): string[] {
  const ids: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const id = line.trim();
    if (id === "" || id.startsWith("#")) continue;
    const problem = ids.includes(id) ? `${id} is there twice` : idExpected(id);
    if (problem !== undefined) throw new UserError(`${file}:${index + 1}: ${problem}`);
    ids.push(id);
  }
  return ids;
}

/** Numbered ids: `class-*` and `class` both make class-1, class-2 and so on. */
export function numberedIds(pattern: string, count: number): string[] {
  const whole = pattern.includes("*") ? pattern : `${pattern}-*`;
  return Array.from({ length: count }, (_, i) => whole.replace("*", String(i + 1)));
}
