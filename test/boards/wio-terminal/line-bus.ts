/** Opens a board's serial line as the tools do, without a serial port in between. */
import { JDBus, type JDService, Transport } from "../../../server/simulator/jacdac";
import { Decoder, encode } from "../../support/jdusb";
import { until } from "../../support/until";

/** One end of a serial line that leads to a board. */
export interface SerialLine {
  onData: (bytes: Buffer) => void;
  write(bytes: Uint8Array): void;
}

/** "Enable packets", addressed to the USB bridge's class: jacdac-spec, SRV_USB_BRIDGE. */
const ENABLE_PACKETS = Buffer.from("357004054a1af61800000000003f8100", "hex");

/** Opens the line. @returns a bus with the board's services */
export async function openBus(line: SerialLine): Promise<JDBus> {
  const transport = new LineTransport(line);
  const bus = new JDBus([transport], { client: false, disableRoleManager: true });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is a const enum
  bus.passive = false;
  bus.start();
  await bus.connect();
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

class LineTransport extends Transport {
  hasFrames = false;

  constructor(private readonly line: SerialLine) {
    super("line", {});
    const decoder = new Decoder((frame) => {
      this.hasFrames = true;
      this.handleFrame(new Uint8Array(frame));
    });
    line.onData = (bytes) => decoder.push(bytes);
  }

  protected override transportConnectAsync(): Promise<void> {
    this.line.write(encode(ENABLE_PACKETS));
    return Promise.resolve();
  }

  protected override transportSendPacketAsync(frame: Uint8Array): Promise<void> {
    this.line.write(encode(frame));
    return Promise.resolve();
  }

  protected override transportDisconnectAsync(): Promise<void> {
    this.line.onData = () => undefined;
    return Promise.resolve();
  }
}
