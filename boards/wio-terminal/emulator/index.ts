/** The emulator's interface to other modules. Tests import the tested files directly. */
export { Ili9341 } from "./chip/ili9341";
export { EmulatedBoard } from "./emulated-board";
export { serveBoard } from "./page-server";
export { type ImageFile, writeBootloader, writeImage } from "./image-file";
