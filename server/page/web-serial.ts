import { Board } from "../../boards/line/board";
import { BAUD_RATE, CLOCK, WIO_TERMINAL } from "../../boards/line/serial";

/**
 * The part of Web Serial (wicg.github.io/serial) that is used here. TypeScript does not declare it.
 */
interface SerialPort {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: { baudRate: number }): Promise<void>;
  setSignals(signals: { dataTerminalReady: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface Serial {
  requestPort(options: {
    filters: { usbVendorId: number; usbProductId: number }[];
  }): Promise<SerialPort>;
}

/** Returns Web Serial, or words that explain why this page has none. */
export function findSerial(): Serial | string {
  const { serial } = navigator as { serial?: Serial };
  if (serial) return serial;
  if (!isSecureContext)
    return "A browser lets a page use USB only at https:// or at localhost. Open the page on the computer that the server runs on, or use npm run setup:wio there.";
  return "This browser has no Web Serial. Chrome and Edge on a computer have it; in any other case, use npm run setup:wio.";
}

/** A board whose port is open. */
export interface OpenBoard {
  board: Board;
  close: () => Promise<void>;
}

/**
 * Lets a person choose a board, and opens its port.
 * @throws DOMException if no board was chosen or the port can't be opened
 */
export async function openBoard(serial: Serial): Promise<OpenBoard> {
  const { vendorId, productId } = WIO_TERMINAL;
  const filters = [{ usbVendorId: vendorId, usbProductId: productId }];
  const port = await serial.requestPort({ filters });
  await port.open({ baudRate: BAUD_RATE });
  try {
    return await attach(port);
  } catch (error) {
    // If the port stayed open, the browser would refuse to open it again until the page is left.
    await port.close().catch(() => undefined);
    throw error;
  }
}

async function attach(port: SerialPort): Promise<OpenBoard> {
  // Without this signal, the board treats the port as closed.
  await port.setSignals({ dataTerminalReady: true });
  const { readable, writable } = port;
  if (!readable || !writable) throw new DOMException("The board was unplugged.", "NetworkError");
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  const board = new Board((bytes) => void writer.write(bytes).catch(() => undefined), CLOCK);
  const reading = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      board.receive(value);
    }
  })().catch(() => undefined); // An unplugged board stops answering, which is reported elsewhere.
  const close = async () => {
    await reader.cancel().catch(() => undefined);
    await reading;
    reader.releaseLock();
    // A silent board may not have read everything. Aborting does not wait until the board has.
    await writer.abort().catch(() => undefined);
    writer.releaseLock();
    await port.close().catch(() => undefined);
  };
  return { board, close };
}
