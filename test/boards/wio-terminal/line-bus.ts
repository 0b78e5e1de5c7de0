/** Opens a board's serial line as the tools do, without a serial port in between. */
import { connectBus, LineTransport } from "../../../boards/tools/usb/line-transport";
import type { JDBus, JDService } from "../../../server/simulator/jacdac";
import { until } from "../../support/until";

/** One end of a serial line that leads to a board. */
export interface SerialLine {
  onData: (bytes: Buffer) => void;
  write(bytes: Uint8Array): void;
}

/** Opens the line. @returns a bus with the board's services */
export async function openBus(line: SerialLine): Promise<JDBus> {
  const transport = new LineTransport((bytes) => line.write(bytes));
  line.onData = (bytes) => transport.receive(bytes);
  const bus = await connectBus(transport);
  await until("the bridge passes frames on", () => transport.hasFrames);
  return bus;
}

/** Waits for a service to appear on the bus. */
export async function untilService(bus: JDBus, serviceClass: number): Promise<JDService> {
  let found: JDService | undefined;
  await until(`service ${serviceClass.toString(16)} on the bus`, () => {
    [found] = bus.services({ serviceClass });
    return found !== undefined;
  });
  return found as JDService;
}
