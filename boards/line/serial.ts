/** A Wio Terminal's serial line over USB, in Node and in a browser: boards/wio-terminal/USB.md. */
import type { Clock } from "./board";

/** The USB ids while the program runs; the bootloader has another product id. */
export const WIO_TERMINAL = { vendorId: 0x2886, productId: 0x802d };
/** Any rate works, because there is no physical line, except 1200, which starts the bootloader. */
export const BAUD_RATE = 115_200;

export const CLOCK: Clock = {
  nowMs: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
