/**
 * Tests the MQTT client as other projects install it: packed, and in folders outside this checkout.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npm } from "../../boards/tools/npm";
import { ROOT } from "../../server/base/root";
import { SimulatedDevice } from "../../server/simulator/device";
import { folderForAll } from "../support/folder";
import { Mosquitto } from "../support/mosquitto";
import { Program } from "../support/program";
import { until } from "../support/until";

/**
 * Size limit of a program that connects, subscribes and publishes, bytes; see docs/mqtt-client.md.
 */
const BUDGET_BYTES = 16_384;

const dir = folderForAll();
let mosquitto: Mosquitto;

beforeAll(async () => {
  mosquitto = await Mosquitto.start();
  run(ROOT, "--import", "tsx", "boards/tools/pack-mqtt.ts", "--into", dir);
});

afterAll(async () => {
  await mosquitto.stop();
});

function run(cwd: string, ...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd, encoding: "utf8" });
}

/** Creates a project that contains only the package, and a program that uses it. */
async function project(name: string, file: string, program: string): Promise<string> {
  const folder = join(dir, name);
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true }));
  writeFileSync(join(folder, "src", file), program);
  const [packed = ""] = readdirSync(dir).filter((found) => found.endsWith(".tgz"));
  await npm(folder, "install", "--offline", "--no-audit", "--no-fund", join(dir, packed));
  return folder;
}

describe("the package of the MQTT client", () => {
  it("works in another DeviceScript program and another Node program", async () => {
    const desk = await project("desk", "main.mjs", onNode(mosquitto.port));
    const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
    run(
      desk,
      ...[join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--checkJs"],
      ...["--module", "nodenext", "--target", "es2022", ...types, "src/main.mjs"],
    );
    const cellar = await project("cellar", "main.ts", onDevice(mosquitto.port));
    // The file devsconfig.json marks the folder as a DeviceScript project.
    writeFileSync(join(cellar, "devsconfig.json"), "{}");
    run(cellar, join(ROOT, "node_modules/@devicescript/cli/devicescript"), "build", "src/main.ts");
    const bytecode = readFileSync(join(cellar, ".devicescript/bin/bytecode.devs"));
    expect(bytecode.length).toBeLessThanOrEqual(BUDGET_BYTES);

    const program = new Program(process.execPath, ["src/main.mjs"], { cwd: desk });
    const lines: string[] = [];
    let device: SimulatedDevice | undefined;
    try {
      await program.untilPrinted("subscribed");
      device = await SimulatedDevice.start({
        bytecode,
        settings: {},
        lightRaw: undefined,
        onLog: (line) => lines.push(line),
      });
      expect(await program.end).toEqual({
        code: 0,
        stdout: "subscribed\nout: hello\n",
        stderr: "",
      });
      await until("the device has its message", () => lines.includes("> good evening"));
    } finally {
      await program.stop();
      await device?.stop();
    }
  });
});

function onDevice(port: number): string {
  return `
import { DEVICE, MqttClient } from "nightlight-mqtt";

const client = new MqttClient(DEVICE, { host: "127.0.0.1", port: ${port}, clientId: "cellar" });
await client.subscribe("in", 0, async (_topic, payload) => {
  console.log(payload.toString());
});
client.onConnect = async () => {
  await client.publish("out", "hello");
};
client.start();
`;
}

function onNode(port: number): string {
  return `
import { MqttClient, nodePlatform } from "nightlight-mqtt/node";

const client = new MqttClient(nodePlatform(), { host: "127.0.0.1", port: ${port}, clientId: "desk" });
client.onGranted = () => console.log("subscribed");
await client.subscribe("out", 0, async (topic, payload) => {
  console.log(topic + ": " + payload.toString());
  await client.publish("in", "good evening", { qos: 1 });
  await client.stop();
});
client.start();
`;
}
