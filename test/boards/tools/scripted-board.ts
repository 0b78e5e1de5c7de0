import { SERVICE_CLASS } from "../../../boards/line/board";
import { encodeFrame, LineDecoder } from "../../../boards/line/framing";
import {
  acknowledgement,
  COMMAND_FLAG,
  type JacdacPacket,
  makeFrame,
  packetsOf,
  TO_SERVICE_CLASS,
} from "../../../boards/line/packets";
import { LineTransport } from "../../../boards/tools/usb/line-transport";

const DEVICE = "12abdd2289421234";
const MANAGER = 1;
const PIPE = 0x3e;
const PORT = 5;

/** A board on a serial line without any port, which sends only what a test lets it send. */
export class ScriptedBoard {
  /** The lines of the log that came through the line. */
  readonly lines: string[] = [];
  /** Commands to the bridge. A test may empty the list. */
  asked: number[] = [];
  /** Whether the board loses all that it receives. */
  isDeaf = false;
  /** How many times the pipe for a program was opened. */
  openings = 0;
  /** The bytes that came through the pipe. */
  received: number[] = [];
  /** Called after each new packet of the pipe. */
  onReceived: () => void = () => undefined;
  readonly transport = new LineTransport(
    (bytes) => this.decoder.push(bytes),
    (line) => this.lines.push(line),
  );
  private count = 0;
  private readonly decoder = new LineDecoder(
    (frame) => this.take(frame),
    () => undefined,
  );

  announce(): void {
    this.report(0, 0, new Uint8Array(new Uint32Array([0x101, SERVICE_CLASS.manager]).buffer));
  }

  private take(frame: Uint8Array): void {
    if (this.isDeaf) return;
    const flags = frame[3] ?? 0;
    if (flags & TO_SERVICE_CLASS) this.asked.push(...packetsOf(frame).map((to) => to.command));
    else if (flags & COMMAND_FLAG) {
      for (const packet of packetsOf(frame)) this.obey(packet);
      const answer = acknowledgement(frame, DEVICE);
      if (answer) this.send(answer);
    }
  }

  private obey({ service, command, payload }: JacdacPacket): void {
    if (service === MANAGER && command === 0x80) {
      this.openings++;
      this.report(MANAGER, command, Uint8Array.of(PORT, 0));
    } else if (service === PIPE && command >> 7 === PORT && (command & 0x1f) === this.count) {
      this.count = (this.count + 1) & 0x1f;
      this.received.push(...payload);
      this.onReceived();
    }
  }

  private report(service: number, command: number, payload: Uint8Array): void {
    this.send(makeFrame({ device: DEVICE, service, command, payload }));
  }

  private send(frame: Uint8Array): void {
    this.transport.receive(encodeFrame(frame));
  }
}
