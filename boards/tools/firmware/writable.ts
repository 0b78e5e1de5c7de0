import { accessSync, constants, mkdirSync } from "node:fs";
import { lineFor, UserError } from "../../../server/base/user-error";

/**
 * Makes a folder if it is not there.
 * @param purpose what is done in it, as an end of the sentence
 * @throws UserError if nothing can be written there, as in a checkout that is read-only
 */
export function makeWritable(folder: string, purpose: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UserError(`${lineFor(error)}: ${purpose}`);
  }
}
