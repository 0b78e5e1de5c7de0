/** Puts an image onto one Wio Terminal or onto all of them, on every operating system. */
import { messageOf, UserError } from "../../../server/base/user-error";
import type { Port } from "./serial-port";
import { identityOf, isWioTerminal } from "./wio-port";

/** The computer that boards are plugged into. */
export interface Computer {
  ports(): Promise<Port[]>;
  /** Folders of the bootloaders' drives. */
  drives(): string[];
  /** Asks the program on a port to restart into its bootloader. */
  touch(port: string): Promise<void>;
  copy(image: Buffer, drive: string): void;
  /** @returns whether the condition became true within the time */
  waitFor(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean>;
  say(text: string): void;
}

/** A board's place: the port of its running program, or the drive of its bootloader. */
export type BoardPlace = { port: string } | { drive: string };

export const ENTER_BOOTLOADER_ADVICE =
  "slide its power switch down twice, quickly: a drive named Arduino appears";

const DRIVE_MS = 30_000;
const RESTART_MS = 60_000;

/**
 * Copies an image to a board, and waits until the bootloader has accepted the image.
 * @returns a function that finds the board's port, once the program has started
 * @throws UserError that names the failed step
 */
export async function flashBoard(
  computer: Computer,
  place: BoardPlace,
  image: Buffer,
): Promise<() => Promise<string | undefined>> {
  const before = await computer.ports();
  const drive = "drive" in place ? place.drive : await restartInto(computer, place.port);
  // After flashing, the board's port is one that is not in this list: a program changes the board's
  // serial number, and maybe its path.
  const others = before
    .filter((port) => isWioTerminal(port) && !("port" in place && port.path === place.port))
    .map(identityOf);
  const findBoard = async (): Promise<string | undefined> => {
    const boards = (await computer.ports()).filter(isWioTerminal);
    return boards.find((port) => !others.includes(identityOf(port)))?.path;
  };
  computer.say(`${drive}: copying ${image.length} bytes`);
  computer.copy(image, drive);
  // A manually mounted drive stays visible after the restart. In that case, the new port is the
  // proof.
  const isRestarted = async () =>
    !computer.drives().includes(drive) || (await findBoard()) !== undefined;
  if (!(await computer.waitFor(isRestarted, RESTART_MS)))
    throw new UserError(`${drive}: the bootloader is still there: it did not accept the image`);
  return findBoard;
}

/** @returns the drive that appeared */
async function restartInto(computer: Computer, port: string): Promise<string> {
  const before = computer.drives();
  computer.say(`${port}: asking the board to restart into its bootloader`);
  await computer.touch(port);
  const come = () => computer.drives().find((drive) => !before.includes(drive));
  await computer.waitFor(() => come() !== undefined, DRIVE_MS);
  const drive = come();
  if (drive !== undefined) return drive;
  throw new UserError(
    `${port}: no bootloader drive appeared: mount it, or ${ENTER_BOOTLOADER_ADVICE}; then run this again`,
  );
}

/** The result for one of several boards. */
export interface FlashResult {
  /** The board's drive or port. */
  place: string;
  id: string;
  /** Why the board was not flashed. */
  failure?: string;
}

/** All boards that are plugged in: first those with a bootloader's drive, then by port. */
export async function findBoards(computer: Computer): Promise<BoardPlace[]> {
  const ports = (await computer.ports()).filter(isWioTerminal).map(({ path }) => path);
  return [
    ...computer
      .drives()
      .sort(naturally)
      .map((drive) => ({ drive })),
    ...ports.sort(naturally).map((port) => ({ port })),
  ];
}

/** Compares names so that COM10 comes after COM9. */
function naturally(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}

/**
 * Flashes one board after another, each with its own image, and continues if a board fails. With
 * several boards at the same time, it would be unclear which board a new drive belongs to.
 */
export async function flashAll(
  computer: Computer,
  places: readonly BoardPlace[],
  ids: readonly string[],
  imageFor: (id: string) => Promise<Buffer>,
): Promise<FlashResult[]> {
  const results: FlashResult[] = [];
  for (const [i, board] of places.entries()) {
    const place = "drive" in board ? board.drive : board.port;
    const id = ids[i] ?? "";
    computer.say(`${place}: ${id}, board ${i + 1} of ${places.length}`);
    try {
      const findBoard = await flashBoard(computer, board, await imageFor(id));
      const starts = async () => (await findBoard()) !== undefined;
      if (!(await computer.waitFor(starts, RESTART_MS)))
        throw new UserError("it accepted the image, but its port did not come back");
      results.push({ place, id });
    } catch (error) {
      const failure = messageOf(error).replace(`${place}: `, "");
      computer.say(`${place}: failed: ${failure}`);
      results.push({ place, id, failure });
    }
  }
  return results;
}

/** Lists each board's id, and what failed. */
export function flashSummary(results: readonly FlashResult[]): string[] {
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
