/**
 * A board with this project's runtime on a serial line, in Node and in a browser. The caller passes
 * the line and the clock.
 */
import { encodeFrame, LineDecoder } from "./framing";
import {
  acknowledges,
  announcedServices,
  BRIDGE,
  type DeviceId,
  type JacdacPacket,
  makeBridgeCommand,
  makeCommand,
  reportsOf,
} from "./packets";

/** Service classes, from jacdac-spec. */
export const SERVICE_CLASS = {
  manager: 0x1134ea2b,
  settings: 0x1107dc4a,
  wifi: 0x18aae1fa,
} as const;
export const [GET_REGISTER, SET_REGISTER] = [0x1000, 0x2000];

/**
 * How long to wait for a runtime's announcement. A runtime announces itself twice a second, but an
 * emulated runtime on a busy computer only seldom.
 */
const OPEN_MS = 30_000;
const ASK_AGAIN_MS = 500;
/**
 * The time until a message is repeated. An erase of flash takes 200 ms, and a busy line loses
 * frames.
 */
const ANSWER_MS = 600;
const ATTEMPTS = 15;
const POLL_MS = 5;

export interface Clock {
  /** The time of a monotonic clock. */
  nowMs(): number;
  wait(ms: number): Promise<void>;
}

/** The board does not answer, or its answers are lost. */
export class BoardSilent extends Error {}

export class Board {
  /** Called with each line that the board logs. */
  onLog: (line: string) => void = () => undefined;
  private readonly devices = new Map<DeviceId, number[]>();
  private onReport: (report: JacdacPacket) => void = () => undefined;
  private readonly decoder = new LineDecoder(
    (frame) => reportsOf(frame).forEach((report) => this.heard(report)),
    (line) => this.onLog(line),
  );

  /** @param send writes bytes to the line */
  constructor(
    private readonly send: (bytes: Uint8Array) => void,
    private readonly clock: Clock,
  ) {}

  /** Call with the bytes received on the line. */
  receive(bytes: Uint8Array): void {
    this.decoder.push(bytes);
  }

  /** @throws BoardSilent if no runtime with these services answers */
  async open(): Promise<void> {
    const endMs = this.clock.nowMs() + OPEN_MS;
    const isThere = () =>
      Object.values(SERVICE_CLASS).every((wanted) => this.find(wanted) !== undefined);
    while (!isThere()) {
      if (this.clock.nowMs() > endMs) throw new BoardSilent("no board with Nightlight answers");
      this.send(encodeFrame(makeBridgeCommand(BRIDGE.enablePackets)));
      await this.until(isThere, ASK_AGAIN_MS);
    }
  }

  /**
   * Sends a command until the board acknowledges it. The command must be idempotent.
   * @throws BoardSilent
   */
  async command(serviceClass: number, command: number, payload: Uint8Array): Promise<void> {
    const { device, index } = this.demand(serviceClass);
    const frame = makeCommand(device, index, command, payload, true);
    await this.exchange(frame, (report) => acknowledges(report, device, frame));
  }

  /**
   * Sends a question until the board answers.
   * @param fits whether a payload is the answer: the answer to an earlier question may be in flight
   * @throws BoardSilent
   */
  async ask(
    serviceClass: number,
    command: number,
    payload: Uint8Array,
    fits: (payload: Uint8Array) => boolean = () => true,
  ): Promise<Uint8Array> {
    const { device, index } = this.demand(serviceClass);
    const answer = await this.exchange(
      makeCommand(device, index, command, payload, false),
      (report) =>
        report.device === device &&
        report.service === index &&
        report.command === command &&
        fits(report.payload),
    );
    return answer.payload;
  }

  async wait(ms: number): Promise<void> {
    await this.clock.wait(ms);
  }

  /** Polls a condition. @returns whether it became true within the time */
  async until(isTrue: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.clock.nowMs() + limitMs;
    while (!isTrue()) {
      if (this.clock.nowMs() > endMs) return false;
      await this.clock.wait(POLL_MS);
    }
    return true;
  }

  private async exchange(
    frame: Uint8Array,
    isAnswer: (report: JacdacPacket) => boolean,
  ): Promise<JacdacPacket> {
    const answers: JacdacPacket[] = [];
    this.onReport = (report) => {
      if (isAnswer(report)) answers.push(report);
    };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      this.send(encodeFrame(frame));
      await this.until(() => answers.length > 0, ANSWER_MS);
      const [answer] = answers;
      if (answer) return answer;
    }
    throw new BoardSilent("the board stopped answering");
  }

  private demand(serviceClass: number): { device: DeviceId; index: number } {
    const found = this.find(serviceClass);
    if (!found) throw new BoardSilent("the board has not announced itself");
    return found;
  }

  private find(serviceClass: number): { device: DeviceId; index: number } | undefined {
    for (const [device, services] of this.devices) {
      const index = services.indexOf(serviceClass);
      if (index > 0) return { device, index };
    }
    return undefined;
  }

  private heard(report: JacdacPacket): void {
    const services = announcedServices(report);
    if (services) this.devices.set(report.device, services);
    this.onReport(report);
  }
}
