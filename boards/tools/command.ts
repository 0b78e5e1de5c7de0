import { parseArgs, type ParseArgsConfig } from "node:util";
import { exposureOf } from "../../server/base/secret-file";
import { flagMistake, lineFor, UserError } from "../../server/base/user-error";
import { readPartsLine, SETTINGS_FILE } from "../../server/setup/settings";
import { BOARD_NAMES, type BoardName, isBoardName } from "../boards";
import { parseParts, type Target } from "../parts";

/** Runs a command-line tool: what a person can mend ends it with one line and code 1. */
export async function command(main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(`nightlight: ${lineFor(error)}`);
    process.exitCode = 1;
  }
}

/** Says if others than its owner can use a file with a secret in it. */
export function warnOfExposure(path: string): void {
  const words = exposureOf(path);
  if (words !== undefined) console.error(`nightlight: warning: ${words}`);
}

/** @throws UserError naming the option that is not known */
export function readFlags<T extends NonNullable<ParseArgsConfig["options"]>>(options: T) {
  try {
    return parseArgs({ args: process.argv.slice(2), options }).values;
  } catch (error) {
    throw new UserError(
      `${flagMistake(error)}; expected one of ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(", ")}`,
    );
  }
}

/** @throws UserError listing the boards there are */
export function demandBoard(name: string | undefined): BoardName {
  if (name !== undefined && isBoardName(name)) return name;
  throw new UserError(
    `--board: expected ${BOARD_NAMES.join(", ")}, got ${name === undefined ? "nothing" : `"${name}"`}`,
  );
}

/** What `demandTarget` reads. */
export const TARGET_OPTIONS = { board: { type: "string" }, parts: { type: "string" } } as const;

/**
 * The board, and the parts that `--parts` or else the settings file names.
 * @throws UserError listing the boards there are, or the parts and pins that go
 */
export function demandTarget(flags: { board?: string; parts?: string }): Target {
  const name = demandBoard(flags.board);
  const parts = parseParts(flags.parts ?? readPartsLine(), name);
  if (typeof parts !== "string") return { name, parts };
  throw new UserError(
    `${flags.parts === undefined ? `${SETTINGS_FILE}: PARTS` : "--parts"}: ${parts}`,
  );
}
