/** Sets a board up: stores new settings and waits until it is connected. For Node and browsers. */
import { type Board, BoardSilent } from "./board";
import {
  changeSettings,
  readKnownSettings,
  runProgram,
  RuntimeTooOld,
  type SettingChanges,
  SettingsFull,
} from "./board-settings";
import { ConnectionProgress, type ProgressStep } from "./connection-progress";

/** Timeout for the connection: joining takes some seconds, more if the Wi-Fi chip must start. */
const CONNECTED_MS = 90_000;

export interface SetUpOutcome {
  isConnected: boolean;
  /** The problem and its remedy; empty if the board is connected. */
  problem: string;
}

/**
 * Stores settings on a board whose line is open, restarts its program, and waits until the board is
 * connected.
 */
export async function setUpBoard(
  board: Board,
  changes: SettingChanges,
  onStep: (step: ProgressStep) => void,
): Promise<SetUpOutcome> {
  const say = (text: string) => onStep({ text, isTrouble: false });
  const progress = new ConnectionProgress(onStep);
  try {
    const { wifi } = await readKnownSettings(board);
    await runProgram(board, false);
    // The old program is stopped, so all later lines are of the new run.
    board.onLog = (line) => progress.heard(line);
    try {
      await changeSettings(board, changes);
    } catch (error) {
      // The program continues with its present settings.
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

/** Describes a failure of the board, with its remedy. @throws any other error */
export function problemOf(error: unknown): string {
  if (error instanceof RuntimeTooOld)
    return "The board's runtime is older than this command. Update it with npm run flash:wio.";
  if (error instanceof SettingsFull)
    return "The board has no space for these settings, and keeps its present ones. Shorter values may fit.";
  if (error instanceof BoardSilent)
    return `${capital(error.message)}. Press the board's reset button, then try again; a board without Nightlight needs npm run flash:wio first.`;
  throw error;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
