/** A Wio Terminal's serial line by USB, in Node and in a browser: boards/wio-terminal/USB.md. */
import type { Clock } from "./board";

/** While its program runs; its bootloader has another product. */
export const WIO_TERMINAL = { vendorId: 0x2886, productId: 0x802d };
/** No wire is behind it, so any rate will do, but 1200: that asks for the bootloader. */
export const BAUD = 115_200;

export const CLOCK: Clock = {
  nowMs: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
