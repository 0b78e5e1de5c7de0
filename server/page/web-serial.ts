/** The part of Web Serial (wicg.github.io/serial) that is used here; TypeScript has none of it. */
export interface SerialPort {
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

/** A Wio Terminal that runs Nightlight: boards/wio-terminal/USB.md. */
const WIO_TERMINAL = { usbVendorId: 0x2886, usbProductId: 0x802d };
/** No wire is behind it, so any rate will do, but 1200: that asks for the bootloader. */
const BAUD = 115_200;

/** @returns Web Serial, or in words why this page has none */
export function findSerial(): Serial | string {
  const { serial } = navigator as { serial?: Serial };
  if (serial) return serial;
  if (!isSecureContext)
    return "A browser lets a page use USB only at https:// or at localhost. Open the page on the computer that the server runs on, or use npm run setup:wio there.";
  return "This browser has no Web Serial. Chrome and Edge on a computer have it; in any other case, use npm run setup:wio.";
}

/** A port that is open: what comes in, and how it is written to and left. */
export interface OpenPort {
  send(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/**
 * Lets the person choose a board, and opens its port.
 * @throws DOMException if none was chosen, or the port can't be opened
 */
export async function openPort(
  serial: Serial,
  onData: (bytes: Uint8Array) => void,
): Promise<OpenPort> {
  const port = await serial.requestPort({ filters: [WIO_TERMINAL] });
  await port.open({ baudRate: BAUD });
  // The board takes a port for closed without it.
  await port.setSignals({ dataTerminalReady: true });
  const { readable, writable } = port;
  if (!readable || !writable) throw new DOMException("It has gone away.", "NetworkError");
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  const reading = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      onData(value);
    }
  })().catch(() => undefined); // A board that is unplugged stops answering, which is told in words.
  return {
    send: (bytes) => void writer.write(bytes).catch(() => undefined),
    close: async () => {
      await reader.cancel().catch(() => undefined);
      await reading;
      reader.releaseLock();
      await writer.close().catch(() => undefined);
      writer.releaseLock();
      await port.close().catch(() => undefined);
    },
  };
}
