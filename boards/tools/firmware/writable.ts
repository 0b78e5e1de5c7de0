import { accessSync, constants, mkdirSync } from "node:fs";
import { lineFor, UserError } from "../../../server/base/user-error";

/**
 * Makes a folder unless the folder exists.
 * @param purpose the use of the folder, as the end of a sentence
 * @throws UserError if the folder is not writable, as in a read-only checkout
 */
export function makeWritable(folder: string, purpose: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UserError(`${lineFor(error)}: ${purpose}`);
  }
}
