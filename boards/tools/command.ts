import type { ParseArgsConfig } from "node:util";
import { parseFlags } from "../../server/base/flags";
import { ignoreClosedOutput } from "../../server/base/log";
import { lineFor, UserError } from "../../server/base/user-error";
import { readPartsLine, SETTINGS_FILE } from "../../server/setup/settings";
import { BOARD_NAMES, type BoardName, isBoardName } from "../boards";
import { parsePartChoice, parseParts, type Target } from "../parts";

/** Runs a command-line tool. An error ends the tool with one line and exit code 1. */
export async function command(main: () => void | Promise<void>): Promise<void> {
  ignoreClosedOutput();
  try {
    await main();
  } catch (error) {
    console.error(`nightlight: ${lineFor(error)}`);
    process.exitCode = 1;
  }
}

/** If the arguments contain `--help`, prints the usage and ends the program. */
export function printHelpIfAsked(usage: string): void {
  if (!process.argv.slice(2).includes("--help")) return;
  console.log(usage.trimEnd());
  process.exit();
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads the options of a command that takes no other words.
 * @param usage the text for `--help`
 * @throws UserError that names the unknown option or word, or an option that is given twice
 */
export function readFlags<T extends Options>(
  usage: string,
  options: T,
  args = process.argv.slice(2),
) {
  printHelpIfAsked(usage);
  return parseFlags({ args, options }, expected(options)).values;
}

/**
 * Reads the options of a command and its other words, such as `add ID`.
 * @param usage the text for `--help`
 * @throws UserError that names the unknown option, or an option that is given twice
 */
export function readArguments<T extends Options>(usage: string, options: T) {
  printHelpIfAsked(usage);
  const args = process.argv.slice(2);
  return parseFlags({ args, options, allowPositionals: true }, expected(options));
}

function expected(options: Options): string {
  const names = Object.keys(options).map((name) => `--${name}`);
  return names.length > 0 ? `expected one of ${names.join(", ")}` : "takes no options";
}

/** @throws UserError that lists the boards */
function demandBoard(name: string | undefined): BoardName {
  if (name !== undefined && isBoardName(name)) return name;
  throw new UserError(
    `--board: expected ${BOARD_NAMES.join(", ")}, got ${name === undefined ? "nothing" : `"${name}"`}`,
  );
}

/** The options that `requireTarget` reads. */
export const TARGET_OPTIONS = { board: { type: "string" }, parts: { type: "string" } } as const;
export const TARGET_HELP = `  --board NAME      ${BOARD_NAMES.slice(0, 4).join(", ")},
                    ${BOARD_NAMES.slice(4).join(", ")}
  --parts PART,...  parts instead of a photoresistor and an LED: docs/boards.md
                                                           (.env.local: PARTS)`;

/**
 * Returns the board, with the parts from `--parts` or else from the settings file.
 * @throws UserError that lists the boards, or the valid parts and pins
 */
export function requireTarget(flags: { board?: string; parts?: string }): Target {
  const name = demandBoard(flags.board);
  const parts = parseParts(flags.parts ?? readPartsLine(), name);
  if (typeof parts !== "string") return { name, parts };
  throw new UserError(`${flags.parts === undefined ? PARTS_LINE : "--parts"}: ${parts}`);
}

const PARTS_LINE = `${SETTINGS_FILE}: PARTS`;

/**
 * Checks the parts in the settings file when no board is given.
 * @returns a warning if the file chooses parts, because the choice has no effect without a board
 * @throws UserError if the choice has a mistake
 */
export function unusedParts(): string | undefined {
  const text = readPartsLine();
  const chosen = parsePartChoice(text);
  if (typeof chosen === "string") throw new UserError(`${PARTS_LINE}: ${chosen}`);
  return chosen.size > 0 ? `${PARTS_LINE}: has no effect without --board` : undefined;
}
