import { connectFleet } from "../../load/fleet";
import {
  type LessonDevice,
  type LessonDeviceOptions,
  LIGHT_LEAST,
  LIGHT_MOST,
} from "../../load/lesson-device";
import { until } from "../../support/until";

/** Number of readings in flight for each device in a closed loop. */
const WINDOW = 10;
/** How often an open loop checks whether readings are due, ms. */
const TICK_MS = 2;
const PATIENCE_MS = 60_000;
const BRIGHT = 652;
const DARK = 120;

/**
 * A fleet of devices. In a closed loop, each answer triggers the next reading. In an open loop,
 * readings are sent at a fixed rate.
 */
export class Load {
  /** Number of decided readings. */
  decided = 0;
  /** Number of commands that have not arrived yet. */
  underWay = 0;
  private devices: LessonDevice[] = [];
  private closed = false;
  /** Send times of the readings in flight, in order. Only used in an open loop. */
  private readonly sentMs = new Map<LessonDevice, number[]>();
  private latenciesMs: number[] = [];

  private constructor(private readonly reports: boolean) {}

  static async start(count: number, options: Omit<LessonDeviceOptions, "id">): Promise<Load> {
    const load = new Load(options.reports);
    load.devices = await connectFleet(count, `bench${options.qos}`, {
      ...options,
      onCommands: (device, commands) => load.answered(device, commands),
    });
    for (const device of load.devices) load.sentMs.set(device, []);
    return load;
  }

  /**
   * Starts a closed loop: until `stopLoop`, each device sends its next readings once the last ones
   * have been decided.
   */
  startLoop(): void {
    this.closed = true;
    for (const device of this.devices) this.sendNext(device, WINDOW);
  }

  stopLoop(): void {
    this.closed = false;
  }

  /**
   * Runs an open loop: all devices send readings in turn, at a fixed rate.
   * @returns the latency from each reading to its command, ms, sorted
   */
  async openLoop(perSecond: number, durationMs: number): Promise<number[]> {
    this.latenciesMs = [];
    const startMs = performance.now();
    const total = Math.floor((perSecond * durationMs) / 1000);
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, ((performance.now() - startMs) * perSecond) / 1000);
      for (; sent < due; sent++) this.sendTimed(this.devices[sent % this.devices.length]);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await this.untilDrained();
    return this.latenciesMs.sort((a, b) => a - b);
  }

  /** Waits for the commands in flight. @throws Error if some never arrive */
  async untilDrained(): Promise<void> {
    try {
      await until("the last commands arrive", () => this.underWay === 0, PATIENCE_MS);
    } catch (error) {
      const lost = this.devices.filter((device) => device.lost !== undefined).length;
      const unacknowledged = this.devices.reduce((sum, d) => sum + d.unacknowledged.size, 0);
      throw new Error(
        `${String(error)}; ${this.underWay} commands are missing, ${unacknowledged} readings have no PUBACK, ${lost} devices lost their connection`,
      );
    }
  }

  stop(): void {
    for (const device of this.devices) device.stop();
  }

  private answered(device: LessonDevice, commands: number): void {
    this.underWay -= commands;
    this.decided += this.reports ? commands * WINDOW : commands;
    const nowMs = performance.now();
    for (const sentMs of this.sentMs.get(device)?.splice(0, commands) ?? [])
      this.latenciesMs.push(nowMs - sentMs);
    if (this.closed) this.sendNext(device, this.reports ? WINDOW : commands);
  }

  /**
   * Sends `count` readings. If the device reports its LED, only the last reading asks for a change.
   */
  private sendNext(device: LessonDevice, count: number): void {
    const { ledOn = false } = device;
    const lights = Array.from({ length: count }, (_, i) =>
      this.reports ? (ledOn === i < count - 1 ? DARK : BRIGHT) : anyLight(),
    );
    this.underWay += this.reports ? 1 : count;
    device.send(lights);
  }

  private sendTimed(device: LessonDevice | undefined): void {
    if (!device) return;
    this.underWay++;
    this.sentMs.get(device)?.push(performance.now());
    device.send([this.reports ? (device.ledOn ? BRIGHT : DARK) : anyLight()]);
  }
}

function anyLight(): number {
  return LIGHT_LEAST + Math.floor(Math.random() * (LIGHT_MOST - LIGHT_LEAST + 1));
}
