import { Board } from "../../line/board";
import { BAUD_RATE, CLOCK } from "../../line/serial";
import { openPort } from "./serial-port";

/**
 * Opens the serial port of a board that runs this project's runtime.
 * @throws UserError if the port can't be opened
 */
export async function openSerialLine(
  path: string,
): Promise<{ board: Board; close: () => Promise<void> }> {
  const port = await openPort(path, BAUD_RATE);
  const board = new Board((bytes) => port.isOpen && port.write(Buffer.from(bytes)), CLOCK);
  port.on("data", (bytes: Buffer) => board.receive(bytes));
  // Errors are ignored: a test's line has no DTR.
  await new Promise<void>((resolve) => port.set({ dtr: true }, () => resolve()));
  const close = async () => {
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  };
  return { board, close };
}
