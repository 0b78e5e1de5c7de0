import { messageOf, UserError } from "../../../server/base/user-error";
import { Board } from "../../line/board";
import { BAUD, CLOCK } from "../../line/serial";
import { loadSerialPort } from "./serial-port";

/**
 * Opens the serial port of a board that runs this project's runtime.
 * @throws UserError if the port can't be opened
 */
export async function openSerialLine(
  path: string,
): Promise<{ board: Board; close: () => Promise<void> }> {
  const SerialPort = await loadSerialPort();
  const port = new SerialPort({ path, baudRate: BAUD, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error)
        reject(new UserError(`${path}: ${messageOf(error)}; is another program using it?`));
      else resolve();
    });
  });
  // Ignored: an unplugged board stops answering, and the user gets a message about that.
  port.on("error", () => undefined);
  const board = new Board((bytes) => port.isOpen && port.write(Buffer.from(bytes)), CLOCK);
  port.on("data", (bytes: Buffer) => board.receive(bytes));
  // Errors are ignored: a test's line has no DTR.
  await new Promise<void>((resolve) => port.set({ dtr: true }, () => resolve()));
  const close = async () => {
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  };
  return { board, close };
}
