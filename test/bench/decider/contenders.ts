import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LessonDevice, type LessonDeviceOptions, LIGHT_LEAST } from "../../load/lesson-device";
import { Mosquitto } from "../../support/mosquitto";
import { NightlightProcess } from "../../support/process";
import { until } from "../../support/until";
import { hasNodeRed, nodeRed } from "./node-red";

/** A program under test that decides for the devices, and its broker. */
export interface Contender {
  name: string;
  /** Port of the broker. */
  port: number;
  deciderPid?: number;
  /** Process ids of the decider and its broker. Both may be one process. */
  pids: number[];
  /**
   * Options of the simulated devices: whether they report their LED, and the topic they subscribe
   * to.
   */
  devices: Pick<LessonDeviceOptions, "reports" | "hears">;
  stop(): Promise<void>;
}

const LESSON = { reports: false, hears: "commands" } as const;
const REPORTING = { reports: true, hears: "commands" } as const;
/** The load generator uses one address and sends as fast as it can, so these limits are raised. */
const NO_LIMITS = ["packets-per-second", "connections-per-address"].flatMap((name) => [
  "--limit",
  `${name}=1000000`,
]);

/** Names of the contenders in the report. */
export const NAMES = {
  everyReading: "Nightlight, on Mosquitto",
  onChange: "Nightlight, on change only",
  plain: "plain MQTT.js",
  nodeRed: "Node-RED",
  paho: "paho-mqtt (Python)",
  c: "libmosquitto (C)",
  embedded: "Nightlight, embedded broker",
  broker: "Mosquitto alone",
} as const;

/**
 * Starts all contenders.
 * @param contenders each contender is added to this array once it has started. The caller stops
 * them, even if a later start fails
 */
export async function startContenders(contenders: Contender[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-bench-"));
  const binary = join(dir, "decider");
  const file = (name: string) => join(import.meta.dirname, name);
  execFileSync("gcc", ["-std=c11", "-O2", file("decider.c"), "-lmosquitto", "-o", binary]);
  contenders.push(await ours(NAMES.everyReading, LESSON));
  contenders.push(await ours(NAMES.onChange, REPORTING));
  const { execPath } = process;
  const plain = ["--import", "tsx", file("plain.ts")];
  contenders.push(await program(NAMES.plain, execPath, (port) => [...plain, port]));
  if (await hasNodeRed()) contenders.push(await program(NAMES.nodeRed, execPath, nodeRed));
  // Debian's own Python, even if the PATH has another Python.
  const python = "/usr/bin/python3";
  contenders.push(await program(NAMES.paho, python, (port) => [file("lesson.py"), port]));
  contenders.push(await program(NAMES.c, binary, (port) => [port]));
  contenders.push(await embedded(NAMES.embedded));
  contenders.push(await brokerAlone(NAMES.broker));
  rmSync(dir, { recursive: true });
}

async function ours(name: string, devices: Contender["devices"]): Promise<Contender> {
  const mosquitto = await Mosquitto.start();
  const server = await NightlightProcess.start(["--no-device", "--broker", mosquitto.url]);
  return {
    name,
    port: mosquitto.port,
    deciderPid: server.pid,
    pids: [server.pid, mosquitto.pid],
    devices,
    stop: async () => {
      await server.kill();
      await mosquitto.stop();
    },
  };
}

async function embedded(name: string): Promise<Contender> {
  const server = await NightlightProcess.start(["--no-device", ...NO_LIMITS]);
  const pids = [server.pid];
  return { name, port: server.mqttPort, pids, devices: LESSON, stop: () => server.kill() };
}

async function brokerAlone(name: string): Promise<Contender> {
  const mosquitto = await Mosquitto.start();
  return {
    name,
    port: mosquitto.port,
    pids: [mosquitto.pid],
    devices: { reports: false, hears: "telemetry" },
    stop: () => mosquitto.stop(),
  };
}

async function program(
  name: string,
  command: string,
  argumentsFor: (port: string) => string[],
): Promise<Contender> {
  const mosquitto = await Mosquitto.start();
  const child = spawn(command, argumentsFor(String(mosquitto.port)), {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const pid = child.pid ?? 0;
  await untilItDecides(mosquitto.port);
  return {
    name,
    port: mosquitto.port,
    deciderPid: pid,
    pids: [pid, mosquitto.pid],
    devices: LESSON,
    stop: async () => {
      await end(child);
      await mosquitto.stop();
    },
  };
}

async function untilItDecides(port: number): Promise<void> {
  const device = await LessonDevice.connect({ id: "probe", port, qos: 0, reports: false });
  await until("the contender decides", () => {
    device.send([LIGHT_LEAST]);
    return device.commands > 0;
  });
  device.stop();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
