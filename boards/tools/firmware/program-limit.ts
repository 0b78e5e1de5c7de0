import { UserError } from "../../../server/base/user-error";
import { type BoardName, BOARDS } from "../../boards";

/** Bytes that the runtime puts before a program (devicescript, runtime/devicescript/devsmgr.c). */
const HEADER_BYTES = 128;
const PAGE_BYTES = 4096;

/**
 * The largest program in a store. A DeviceScript runtime divides the store's pages into two tables,
 * a sixteenth of all pages each, and data pages. The search for free pages never takes the last
 * data page (jacdac-c, source/jd_fstor.c). A new program takes the pages of the previous program.
 */
function largestIn(storeBytes: number): number {
  const pages = storeBytes / PAGE_BYTES;
  const dataPages = pages - 2 * Math.floor(pages / 16);
  return (dataPages - 1) * PAGE_BYTES - HEADER_BYTES;
}

/** The largest program that each runtime accepts, bytes of bytecode. */
export const PROGRAM_MAX_BYTES = {
  /** devicescript-esp32, boards/partitions.csv: `fstor`, for each kind of ESP32. */
  ESP32: largestIn(256 * 1024),
  /** devicescript-pico, src/jd_user_config.h: `JD_FSTOR_TOTAL_SIZE`. */
  "Pico W": largestIn(128 * 1024),
  /** boards/wio-terminal/runtime/program_store.h: `PROGRAM_STORE_MAX`. */
  "Wio Terminal": 56 * 1024 - 32 - HEADER_BYTES,
} as const;

type Runtime = keyof typeof PROGRAM_MAX_BYTES;

/**
 * @param name the program's board; undefined for any board
 * @throws UserError if the program is too large for a board
 */
export function checkSize(bytes: number, name?: BoardName): void {
  const all = Object.keys(PROGRAM_MAX_BYTES) as Runtime[];
  for (const runtime of name ? [runtimeOf(name)] : all) {
    const max = PROGRAM_MAX_BYTES[runtime];
    if (bytes > max)
      throw new UserError(
        `program: expected at most ${max} bytes for the ${runtime}, got ${bytes}`,
      );
  }
}

export function runtimeOf(name: BoardName): Runtime {
  return BOARDS[name].family === "rp2040w" ? "Pico W" : "ESP32";
}
