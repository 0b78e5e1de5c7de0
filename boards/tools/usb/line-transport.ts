import { activeBus, type JDBus, Transport } from "../../../server/simulator/jacdac";
import { encodeFrame, LineDecoder } from "../../line/framing";
import { BRIDGE, makeBridgeCommand } from "../../line/packets";

/** How often a silent board is asked for its frames. A runtime announces itself as often. */
const ASK_AGAIN_MS = 500;

/**
 * A board's serial line as a transport of jacdac-ts. The library has a transport for this, but it
 * considers a board gone after 1 s without a frame, and closes the port: for good if there was no
 * frame since the handshake. A board is silent for longer while it erases flash for a program
 * (seven blocks, up to 200 ms each), or if it is emulated on a busy computer. So this transport
 * never closes the line, and asks a silent board again, because a board that was reset behind a
 * USB-to-serial chip sends no frames until it is asked.
 */
export class LineTransport extends Transport {
  /** Whether the board has sent a whole frame. */
  hasFrames = false;
  private isSilent = true;
  private timer: NodeJS.Timeout | undefined;
  private readonly decoder: LineDecoder;

  /**
   * @param send writes bytes to the line
   * @param onLog called with each line of the board's log
   */
  constructor(
    private readonly send: (bytes: Uint8Array) => void,
    onLog: (line: string) => void = () => undefined,
  ) {
    super("line", {});
    this.decoder = new LineDecoder((frame) => this.heard(frame), onLog);
  }

  /** Call with the bytes received on the line. */
  receive(bytes: Uint8Array): void {
    this.decoder.push(bytes);
  }

  protected override transportConnectAsync(): Promise<void> {
    this.askIfSilent();
    this.timer = setInterval(() => this.askIfSilent(), ASK_AGAIN_MS);
    return Promise.resolve();
  }

  protected override transportSendPacketAsync(frame: Uint8Array): Promise<void> {
    this.send(encodeFrame(frame));
    return Promise.resolve();
  }

  protected override transportDisconnectAsync(): Promise<void> {
    clearInterval(this.timer);
    return Promise.resolve();
  }

  private heard(frame: Uint8Array): void {
    this.hasFrames = true;
    this.isSilent = false;
    this.handleFrame(frame);
  }

  private askIfSilent(): void {
    if (this.isSilent)
      for (const command of [BRIDGE.enablePackets, BRIDGE.enableLog])
        this.send(encodeFrame(makeBridgeCommand(command)));
    this.isSilent = true;
  }
}

/** Connects a bus to a board's line. */
export async function connectBus(transport: LineTransport): Promise<JDBus> {
  const bus = activeBus(transport);
  bus.start();
  await bus.connect();
  return bus;
}
