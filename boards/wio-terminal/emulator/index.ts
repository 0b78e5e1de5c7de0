/** What others use of the emulator; README.md has the rest. Its tests import the parts they test. */
export { Ili9341 } from "./chip/ili9341";
export { EmulatedBoard } from "./emulated-board";
export { serveBoard } from "./page-server";
