import { createNodeWebSerialTransport, JDBus } from "../../../server/simulator/jacdac";
import { listPorts, loadSerialPort } from "./serial-port";

/** A board on a serial port, as a bus of jacdac-ts. */
export interface SerialBus {
  bus: JDBus;
  stop(): Promise<void>;
}

/**
 * Opens the serial line to a board.
 * @param onLog called with each line of the board's log
 * @returns undefined if no device on the port speaks Jacdac
 */
export async function openSerialBus(
  path: string,
  onLog: (line: string) => void,
): Promise<SerialBus | undefined> {
  const SerialPort = await loadSerialPort();
  /**
   * Lists this port only. The transport takes the first port of a known vendor, or with a serial
   * number that starts with JD.
   */
  class OnlyPort extends SerialPort {
    static override async list() {
      const ports = await listPorts();
      return ports
        .filter((port) => port.path === path)
        .map((port) => ({ ...port, serialNumber: `JD${port.serialNumber ?? ""}` }));
    }
  }
  // The transport passes the log only to console.debug.
  console.debug = (line: unknown) => {
    if (typeof line === "string" && line.startsWith("DEV: ")) onLog(line.slice("DEV: ".length));
  };
  const transport = createNodeWebSerialTransport(OnlyPort);
  const bus = new JDBus([transport], { client: false, disableRoleManager: true });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is a const enum
  bus.passive = false;
  bus.start();
  const stop = async () => {
    await transport.disconnect();
    await bus.stop();
    console.debug = () => undefined;
  };
  await transport.connect();
  if (transport.connected) return { bus, stop };
  await stop();
  return undefined;
}
