import { waitFor } from "../../../server/base/wait-for";
import type { JDBus } from "../../../server/simulator/jacdac";
import { connectBus, LineTransport } from "./line-transport";
import { openPort } from "./serial-port";

/** A board on a serial port, as a bus of jacdac-ts. */
export interface SerialBus {
  bus: JDBus;
  stop(): Promise<void>;
}

/** The rate of DeviceScript's runtimes on boards whose line has a physical rate. */
const BAUD = 1_500_000;
/**
 * How long to try to open the port. Another program may use a new port for some seconds: Linux's
 * ModemManager probes each one.
 */
const OPEN_MS = 15_000;
/**
 * How long a board may take to answer. A runtime answers within milliseconds, but some boards
 * restart when their port is opened.
 */
const ANSWER_MS = 5_000;
/** Codes that switch a terminal's colour, which some runtimes put before a line. */
const COLOURS = /\u001b\[[\d;]+m/g;

/**
 * Opens the serial line to a board.
 * @param onLog called with each line of the board's log
 * @returns undefined if no device on the port speaks Jacdac
 * @throws UserError if the port can't be opened
 */
export async function openSerialBus(
  path: string,
  onLog: (line: string) => void,
  answerMs = ANSWER_MS,
): Promise<SerialBus | undefined> {
  const port = await openSoon(path);
  const transport = new LineTransport(
    (bytes) => port.isOpen && port.write(Buffer.from(bytes)),
    (line) => onLog(line.replaceAll(COLOURS, "")),
  );
  port.on("data", (bytes: Buffer) => transport.receive(bytes));
  const bus = await connectBus(transport);
  const stop = async () => {
    await bus.stop();
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  };
  if (await waitFor(() => transport.hasFrames, answerMs, 10)) return { bus, stop };
  await stop();
  return undefined;
}

async function openSoon(path: string) {
  const endMs = performance.now() + OPEN_MS;
  for (;;) {
    try {
      return await openPort(path, BAUD);
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
