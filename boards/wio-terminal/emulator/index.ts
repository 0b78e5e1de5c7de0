/** What others use of the emulator. Tests import the parts that they test. */
export { Ili9341 } from "./chip/ili9341";
export { EmulatedBoard } from "./emulated-board";
export { serveBoard } from "./page-server";
export { type ImageFile, writeBootloader, writeImage } from "./image-file";
