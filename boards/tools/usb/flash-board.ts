/** Puts an image onto one Wio Terminal or onto all of them, whichever system they are plugged into. */
import { messageOf, UserError } from "../../../server/base/user-error";
import type { Port } from "./serial-port";
import { identityOf, isWioTerminal } from "./wio-port";

/** The computer that boards are plugged into. */
export interface Computer {
  ports(): Promise<Port[]>;
  /** Folders of the drives of bootloaders. */
  drives(): string[];
  /** Asks the program on a port to restart into its bootloader. */
  touch(port: string): Promise<void>;
  copy(image: Buffer, drive: string): void;
  /** @returns whether it became true within the time */
  waitFor(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean>;
  say(text: string): void;
}

/** Where a board is: a program runs on it, or it shows its bootloader's drive. */
export type Place = { port: string } | { drive: string };

export const BY_HAND = "slide its power switch down twice, quickly: a drive named Arduino appears";

const DRIVE_MS = 30_000;
const RESTART_MS = 60_000;

/**
 * Puts an image onto a board, and waits until its bootloader has taken it.
 * @returns what finds the board's port, once its program has started
 * @throws UserError saying what did not happen
 */
export async function flashBoard(
  computer: Computer,
  place: Place,
  image: Buffer,
): Promise<() => Promise<string | undefined>> {
  const before = await computer.ports();
  const drive = "drive" in place ? place.drive : await restartInto(computer, place.port);
  // Known by what it is not: with its program a board changes its serial number, and maybe its path.
  const others = before
    .filter((port) => isWioTerminal(port) && !("port" in place && port.path === place.port))
    .map(identityOf);
  const findBoard = async (): Promise<string | undefined> => {
    const boards = (await computer.ports()).filter(isWioTerminal);
    return boards.find((port) => !others.includes(identityOf(port)))?.path;
  };
  computer.say(`${drive}: copying ${image.length} bytes`);
  computer.copy(image, drive);
  // A drive that was mounted by hand stays, as a shadow of itself: then the port tells.
  const isRestarted = async () =>
    !computer.drives().includes(drive) || (await findBoard()) !== undefined;
  if (!(await computer.waitFor(isRestarted, RESTART_MS)))
    throw new UserError(`${drive}: the bootloader is still there: it did not take the image`);
  return findBoard;
}

/** @returns the drive that came with it */
async function restartInto(computer: Computer, port: string): Promise<string> {
  const before = computer.drives();
  computer.say(`${port}: asking the board to restart into its bootloader`);
  await computer.touch(port);
  const come = () => computer.drives().find((drive) => !before.includes(drive));
  await computer.waitFor(() => come() !== undefined, DRIVE_MS);
  const drive = come();
  if (drive !== undefined) return drive;
  throw new UserError(
    `${port}: no drive of a bootloader came: mount it, or ${BY_HAND}; then run this again`,
  );
}

/** What became of one board of several. */
export interface Result {
  /** Its drive, or its port. */
  place: string;
  id: string;
  /** Why it was not flashed. */
  failure?: string;
}

/** Every board that is plugged in: first those whose bootloader shows, then by port. */
export async function findBoards(computer: Computer): Promise<Place[]> {
  const ports = (await computer.ports()).filter(isWioTerminal).map(({ path }) => path);
  return [
    ...computer
      .drives()
      .sort(naturally)
      .map((drive) => ({ drive })),
    ...ports.sort(naturally).map((port) => ({ port })),
  ];
}

/** COM10 comes after COM9. */
function naturally(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}

/**
 * Flashes one board after another, each with an image of its own, and goes on if one fails. One
 * after another, because only so a drive that appears tells which board it belongs to.
 */
export async function flashAll(
  computer: Computer,
  places: readonly Place[],
  ids: readonly string[],
  imageFor: (id: string) => Promise<Buffer>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [i, board] of places.entries()) {
    const place = "drive" in board ? board.drive : board.port;
    const id = ids[i] ?? "";
    computer.say(`${place}: ${id}, board ${i + 1} of ${places.length}`);
    try {
      const findBoard = await flashBoard(computer, board, await imageFor(id));
      const starts = async () => (await findBoard()) !== undefined;
      if (!(await computer.waitFor(starts, RESTART_MS)))
        throw new UserError("it took the image, but its port does not come back");
      results.push({ place, id });
    } catch (error) {
      const failure = messageOf(error).replace(`${place}: `, "");
      computer.say(`${place}: failed: ${failure}`);
      results.push({ place, id, failure });
    }
  }
  return results;
}

/** Which board is which, and what failed. */
export function summary(results: readonly Result[]): string[] {
  const width = Math.max(...results.map(({ place }) => place.length));
  const flashed = results.filter(({ failure }) => failure === undefined).length;
  return [
    `${flashed} of ${results.length} boards flashed:`,
    ...results.map(({ place, id, failure }) => {
      const outcome = failure === undefined ? "" : `  FAILED: ${failure}`;
      return `  ${place.padEnd(width)}  ${id}${outcome}`;
    }),
  ];
}
