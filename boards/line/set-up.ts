/** From new settings to a board that is connected, step by step. The same in Node and a browser. */
import { type Board, BoardSilent } from "./board";
import {
  type Changes,
  changeSettings,
  NoSpace,
  readKnown,
  runProgram,
  RuntimeTooOld,
} from "./board-settings";
import { Progress, type Step } from "./progress";

/** Joining takes some seconds, longer if the Wi-Fi chip has to start; the broker some more. */
const CONNECTED_MS = 90_000;

export interface Outcome {
  isConnected: boolean;
  /** What failed and what to do; empty if it is connected. */
  problem: string;
}

/**
 * Puts settings onto a board whose line is open, starts its program again, and watches it until it
 * is connected.
 */
export async function setUpBoard(
  board: Board,
  changes: Changes,
  onStep: (step: Step) => void,
): Promise<Outcome> {
  const say = (text: string) => onStep({ text, isTrouble: false });
  const progress = new Progress(onStep);
  try {
    const { wifi } = await readKnown(board);
    await runProgram(board, false);
    // From here on no line is of the program that ran before.
    board.onLog = (line) => progress.heard(line);
    try {
      await changeSettings(board, changes);
    } catch (error) {
      // It goes on with the settings that it has.
      if (!(error instanceof BoardSilent)) await runProgram(board, true);
      throw error;
    }
    say("Settings: stored on the board.");
    if (wifi && changes.WIFI_SSID === undefined) progress.wifi(wifi.name, wifi.address);
    await runProgram(board, true);
  } catch (error) {
    return { isConnected: false, problem: problemOf(error) };
  }
  await board.until(() => progress.isDone || progress.isStuck, CONNECTED_MS);
  board.onLog = () => undefined;
  if (progress.isDone) return { isConnected: true, problem: "" };
  return { isConnected: false, problem: `The settings are stored. ${progress.missing}` };
}

/** @throws what is no failure of the board */
export function problemOf(error: unknown): string {
  if (error instanceof RuntimeTooOld)
    return "The board's runtime is older than this command. Bring it up to date with npm run flash:wio.";
  if (error instanceof NoSpace)
    return "The board has no space for these settings, and keeps those that it has. Shorter ones may fit.";
  if (error instanceof BoardSilent)
    return `${capital(error.message)}. Press the board's reset button, then try again; a board without Nightlight needs npm run flash:wio first.`;
  throw error;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
