import { setTimeout as pause } from "node:timers/promises";
import { CuttingProxy } from "../cutting-proxy";
import { NightlightProcess } from "../process";
import { Random } from "../random";
import { runUndisturbed, untilEachOwnsItsShard } from "../server-facts";
import { until } from "../until";
import { checkFleet, type FleetEvent, fleetExcerpt, type FleetViolation, type Kind } from "./check";
import { HistoryDevice } from "./device";
import { Passing } from "./passing";

/** How long a server is paused, ms: longer than the servers' limit for a missing heartbeat. */
const PAUSE_MS = 8_000;
const FAULTS = 3;
/** Number of log lines of each server that are shown with a violation. */
const LOG_LINES = 12;

/** A server, and its proxies to the nodes of the broker. */
interface Member {
  server: NightlightProcess;
  proxies: CuttingProxy[];
}

/** Several servers on one broker, with counting devices and lesson devices. */
export class ServersUnderTest {
  private readonly members: Member[] = [];
  private readonly devices: HistoryDevice[] = [];
  private readonly kinds = new Map<string, Kind>();
  private events: FleetEvent[] = [];

  /**
   * Starts the servers and the devices.
   * @param ports ports of the broker's nodes. Each server connects to a different node first
   */
  static async start(ports: number[], servers: number, devices: number): Promise<ServersUnderTest> {
    const made = new ServersUnderTest();
    try {
      for (let index = 1; index <= servers; index++) await made.addServer(ports, index, servers);
      const random = new Random(devices);
      for (let i = 1; i <= devices; i++) await made.addDevice(ports, i, random);
      await made.untilSettled();
      return made;
    } catch (error) {
      await made.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const device of this.devices) await device.stop();
    for (const { server, proxies } of this.members) {
      await server.kill();
      for (const proxy of proxies) await proxy.stop();
    }
  }

  /**
   * Records a history in which servers fail at random times from the seed, then a history without
   * faults.
   * @returns the violations in both histories
   */
  async run(seed: number, failNode?: () => Promise<void>): Promise<FleetViolation[]> {
    this.events = [];
    const random = new Random(seed);
    let isOver = false;
    const load = this.devices.map((device, i) =>
      this.load(device, new Random(seed * 1_000 + i), () => isOver),
    );
    for (let left = FAULTS; left > 0; left--) {
      await pause(random.below(2_000));
      if (failNode && left === 2) await this.fault("a node is killed", failNode);
      else await this.fail(random, left === 1 ? () => (isOver = true) : undefined);
    }
    isOver = true;
    await Promise.all(load);
    await this.untilRight();
    let violations = this.check();
    await runUndisturbed(this.servers, async () => {
      if (violations.length > 0) return;
      await this.drain();
      this.events = [];
      for (let time = 0; time < 3; time++)
        await Promise.all(this.devices.map((device) => device.report(true)));
      await this.untilRight();
      await this.drain();
      violations = this.check();
    });
    return violations;
  }

  private get servers(): NightlightProcess[] {
    return this.members.map(({ server }) => server);
  }

  /** Describes a violation with lines of the history and the last log lines of each server. */
  excerpt(violation: FleetViolation): string {
    const logs = this.members.map(({ server }, at) => {
      const lines = server.output.split("\n").filter((line) => line.startsWith("server "));
      return [`server ${at + 1}:`, ...lines.slice(-LOG_LINES)].join("\n  ");
    });
    return [fleetExcerpt(this.events, violation), ...logs].join("\n");
  }

  private check(): FleetViolation[] {
    const heard = new Set(
      this.events.flatMap((event) => (event.type === "acknowledged" ? [event.device] : [])),
    );
    const silent = this.devices.filter(({ id }) => !heard.has(id));
    if (silent.length > 0) throw new Error(`${silent.length} devices have reported nothing`);
    return checkFleet(this.events, this.kinds);
  }

  private async untilRight(): Promise<void> {
    const isDone = () => this.devices.every(({ isRight }) => isRight);
    await until("every LED is right", isDone).catch(() => undefined);
  }

  /**
   * Waits until each server decides its own shard again. Until that time, only the last reading of
   * a device must be answered.
   */
  private async untilSettled(): Promise<void> {
    await untilEachOwnsItsShard(this.servers);
  }

  /**
   * Waits until no messages are in flight. A server decides readings in order, so an answer to a
   * counting device means that all its earlier readings are answered. A lesson device's LED may be
   * right while two more answers are in flight, so each device also waits for an echo.
   */
  private async drain(): Promise<void> {
    const counting = this.devices.filter(({ kind }) => kind === "counting");
    await Promise.all(counting.map((device) => device.report(true)));
    await until("all are answered", () => counting.every(({ isAnswered }) => isAnswered));
    await Promise.all(this.devices.map((device) => device.untilCaughtUp()));
  }

  private async load(device: HistoryDevice, random: Random, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await device.report();
      await pause(50 + random.below(200));
    }
    // The last reading of the run asks for a change, so it must be answered.
    await device.report(true);
  }

  /**
   * Makes a random server fail for a while.
   * @param meanwhile called during the fault, before the server is back
   */
  private async fail(random: Random, meanwhile?: () => void): Promise<void> {
    const at = random.below(this.members.length);
    const { server, proxies } = this.members[at] as Member;
    const name = `server ${at + 1}`;
    const how = random.pick(["killed", "stopped", "paused", "cut off"] as const);
    const awayMs = random.below(6_000);
    await this.fault(`${name} is ${how}`, async () => {
      if (how === "killed" || how === "stopped") {
        await server.kill(how === "killed" ? "SIGKILL" : "SIGTERM");
        await pause(awayMs);
        meanwhile?.();
        await server.restart();
      } else if (how === "paused") {
        process.kill(server.pid, "SIGSTOP");
        await pause(PAUSE_MS);
        meanwhile?.();
        process.kill(server.pid, "SIGCONT");
      } else {
        meanwhile?.();
        for (const proxy of proxies) await proxy.cut();
      }
    });
  }

  private async fault(text: string, during: () => Promise<void>): Promise<void> {
    this.note({ type: "fault", text });
    await during();
    this.note({ type: "fault", text: `over: ${text}` });
  }

  private note(event: FleetEvent): void {
    this.events.push({ ...event, atMs: performance.now() });
  }

  private async addServer(ports: number[], index: number, of: number): Promise<void> {
    let connections = 0;
    const tap = () => new Passing(`server ${index}.${++connections}`, (event) => this.note(event));
    const first = (index - 1) % ports.length;
    const proxies: CuttingProxy[] = [];
    for (const port of [...ports.slice(first), ...ports.slice(0, first)])
      proxies.push(await CuttingProxy.start(port, tap));
    const urls = proxies.map(({ port }) => `mqtt://127.0.0.1:${port}`);
    const flags = ["--broker", urls.join(), "--no-device", "--shard", `${index}/${of}`];
    this.members.push({ server: await NightlightProcess.start(flags), proxies });
  }

  private async addDevice(ports: number[], number: number, random: Random): Promise<void> {
    const kind = number % 3 === 0 ? "lesson" : "counting";
    const id = `${kind}-${number}`;
    const urls = ports.map((port) => `mqtt://127.0.0.1:${port}`);
    const note = (event: FleetEvent) => this.note(event);
    this.devices.push(await HistoryDevice.connect(urls, id, kind, random, note));
    this.kinds.set(id, kind);
  }
}
