import { messageOf, UserError } from "../../../server/base/user-error";
import { Board } from "../../line/board";
import { BAUD, CLOCK } from "../../line/serial";
import { loadSerialPort } from "./serial-port";

/**
 * Opens a serial port with a board of ours behind it.
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
  // A board that is unplugged stops answering, which is told in words.
  port.on("error", () => undefined);
  const board = new Board((bytes) => port.isOpen && port.write(Buffer.from(bytes)), CLOCK);
  port.on("data", (bytes: Buffer) => board.receive(bytes));
  // A line without DTR, as a test's is, says so.
  await new Promise<void>((resolve) => port.set({ dtr: true }, () => resolve()));
  const close = async () => {
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  };
  return { board, close };
}
