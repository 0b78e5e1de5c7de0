/**
 * `npm run load:updates -- --devices 200`: updates a fleet of virtual machines with a bad release,
 * which has to stop at the first device, and then with a good one, which has to reach all devices.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { command, readFlags } from "../../boards/tools/command";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../../boards/tools/firmware/configure";
import { onShutdownRequest } from "../../server/base/shutdown";
import { stopAll } from "../../server/base/stop-all";
import { UserError } from "../../server/base/user-error";
import { waitFor } from "../../server/base/wait-for";
import { Firmware } from "../../server/firmware";
import { DEFAULT_LIMITS } from "../../server/setup/broker-limits";
import { loadConfig } from "../../server/setup/config";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import { hashOf, padProgram } from "../../server/updates/upload";
import type { DeviceView } from "../../src/common/api";
import { programName } from "../../src/common/update";
import type { FleetView, UpdatesView } from "../../src/common/update-api";
import { panicsOnceHeard } from "../support/changed-program";
import { metricsOf } from "../support/metrics";
import { type Started, startNightlight } from "../support/nightlight";
import { olderProgram } from "../support/older-program";
import { Witness } from "../support/witness";
import { countReadings } from "./lost-readings";
import type { Order, Said } from "./update-devices";

const PREFIX = "fleet-";
/**
 * Raw light levels: one below and one above the rule's threshold. Half of the devices see each
 * level.
 */
const [DARK, BRIGHT] = [100, 652] as const;
/** Number of devices in each process. Devices in one process share a core. */
const PER_PROCESS = 25;
const PATIENCE_MS = 3_600_000;
/**
 * Time between two requests for the status, ms. Each request costs the server some ms, because it
 * lists many devices.
 */
const LOOK_MS = 500;
const USAGE = `Usage: npm run load:updates [-- --devices N]

Updates N virtual machines with a bad release, then with a good one.

  --devices N       2 to 1000                              (200)
`;

const nameOf = (program: Uint8Array) => programName(hashOf(padProgram(program)));

async function untilTrue(what: string, condition: () => boolean | Promise<boolean>) {
  if (!(await waitFor(condition, PATIENCE_MS, LOOK_MS)))
    throw new Error(`timed out waiting until ${what}`);
}

class Devices {
  readonly said = new Map<ChildProcess, Said>();
  private readonly children: ChildProcess[] = [];

  async start(ids: string[], order: Omit<Order, "ids">): Promise<void> {
    for (let from = 0; from < ids.length; from += PER_PROCESS) {
      const child = fork(join(import.meta.dirname, "update-devices.ts"));
      this.children.push(child);
      child.on("message", (said) => this.said.set(child, said as Said));
      child.send({ ...order, ids: ids.slice(from, from + PER_PROCESS) } satisfies Order);
    }
    await untilTrue("all devices have started", () => this.sum("started") === ids.length);
  }

  sum(what: keyof Said): number {
    return [...this.said.values()].reduce((sum, said) => sum + said[what], 0);
  }

  stop(): void {
    for (const child of this.children) child.disconnect();
  }
}

function readCount(): number {
  const { devices = "200" } = readFlags(USAGE, { devices: { type: "string" } });
  const count = Number(devices);
  if (!(Number.isInteger(count) && count >= 2 && count <= 1000))
    throw new UserError(`--devices: expected a whole number from 2 to 1000, got "${devices}"`);
  return count;
}

async function get<T>({ url }: Started, path: string): Promise<T> {
  // Closes the connection after each request. A busy server may close an idle connection at the
  // moment of the next request.
  return (await (await fetch(url + path, { headers: { connection: "close" } })).json()) as T;
}

/**
 * Starts an update of the whole fleet.
 * @returns the fleet's update when it has ended
 */
async function release(nightlight: Started, program: Uint8Array): Promise<FleetView> {
  Firmware.prototype.programFor = () => Promise.resolve(program);
  const body = JSON.stringify({ all: true });
  const response = await fetch(`${nightlight.url}/api/updates`, { method: "POST", body });
  if (!response.ok) throw new Error(await response.text());
  const fleet = async () => (await get<UpdatesView>(nightlight, "/api/updates")).fleet;
  await untilTrue("the update has ended", async () => (await fleet())?.step !== "going");
  return (await fleet()) as FleetView;
}

async function main(): Promise<void> {
  const count = readCount();
  writeFirmwareConfig(loadConfig());
  const [good, older] = [await compileFirmware(), await olderProgram()];
  const { program: bad } = await panicsOnceHeard();
  const dir = mkdtempSync(join(tmpdir(), "nightlight-fleet-"));
  // At the event "exit", so that the folder is also removed at a signal, or if stopping fails.
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  onShutdownRequest(() => process.exit(1));
  // All devices and the witness connect from one address, so the limit per address is raised.
  const limits = { ...DEFAULT_LIMITS, "connections-per-address": 2 * count };
  const security = { ...OPEN_ON_LOOPBACK, usersDir: dir, limits };
  const key = new UpdateKeys(dir).ensure(`${PREFIX}*`);
  const nightlight = await startNightlight({ simulate: false, security });
  const witness = await Witness.connect(nightlight.brokerUrl, "+/telemetry");
  const devices = new Devices();
  let lap = { ms: performance.now(), cpuS: 0 };
  const tell = (what: string) => {
    const now = { ms: performance.now(), cpuS: devices.sum("cpuS") };
    const s = (now.ms - lap.ms) / 1000;
    const cores = (now.cpuS - lap.cpuS) / s;
    const load = loadavg()[0]?.toFixed(1) ?? "";
    const figures = `${s.toFixed(0)} s, devices on ${cores.toFixed(2)} cores, load ${load}`;
    console.log(`${what}: ${figures}`);
    lap = now;
  };
  const running = async () => {
    const names = (await get<DeviceView[]>(nightlight, "/api/devices")).map(
      ({ online, state }) => (online && state?.program) || "away",
    );
    return (program: Uint8Array) => names.filter((name) => name === nameOf(program)).length;
  };
  const all = async (program: Uint8Array) => (await running())(program) === count;
  try {
    const ids = Array.from({ length: count }, (_, index) => `${PREFIX}${index + 1}`);
    const { brokerUrl } = nightlight;
    await devices.start(ids, {
      ...{ brokerUrl, key, program: Buffer.from(older).toString("base64") },
      lights: [DARK, BRIGHT],
    });
    await untilTrue("all devices are online", () => all(older));
    tell(
      `${count} virtual machines are online, with ${devices.sum("rssMb").toFixed(0)} MB in total`,
    );
    const stopped = await release(nightlight, bad);
    tell(`Bad release: ${stopped.step} in wave ${stopped.wave + 1}, ${stopped.why ?? ""}`);
    const { updates } = await get<UpdatesView>(nightlight, "/api/updates");
    console.log(
      `${(await running())(older)} still run the previous program; ${updates.length} were updated`,
    );
    const done = await release(nightlight, good);
    if (done.step !== "done")
      throw new UserError(`the good release was stopped: ${done.why ?? ""}`);
    tell(`Good release: ${done.step}, waves of ${done.waves.map((ids) => ids.length).join(", ")}`);
    await untilTrue("all devices run the good release", () => all(good));
    const ended = (await get<UpdatesView>(nightlight, "/api/updates")).updates;
    const tookS = ended
      .map(({ begunMs, sinceMs }) => (sinceMs - begunMs) / 1000)
      .sort((a, b) => a - b);
    const part = (share: number) => tookS[Math.floor(share * (tookS.length - 1))]?.toFixed(1);
    console.log(
      `${ended.length} confirmed, after ${part(0)}, ${part(0.5)}, ${part(1)} s (minimum, median, maximum)`,
    );
    await untilTrue("a new reading of each device is decided", async () => {
      const views = await get<DeviceView[]>(nightlight, "/api/devices");
      const isWell = ({ id, light, ledOn, lastSeen }: DeviceView) =>
        ledOn === (light === DARK) &&
        Date.parse(lastSeen ?? "") >
          (ended.find((update) => update.id === id)?.sinceMs ?? Infinity);
      return views.filter(isWell).length === count;
    });
    const { arrived, lost } = countReadings(witness.seen);
    const taken = (await metricsOf(nightlight.url)).get("nightlight_readings_total") ?? 0;
    const readings = `${arrived} readings arrived, ${lost} lost, ${taken} accepted by the server`;
    if (lost > 0 || taken < arrived) throw new UserError(readings);
    tell(`A new reading of each device is decided; ${readings}`);
  } finally {
    await stopAll([devices, witness, nightlight]);
  }
}

await command(main);
