import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkout } from "../support/checkout";
import { Dap } from "../support/dap";
import { Devtools, SIMULATOR } from "../support/devtools";
import { lockDevtools } from "../support/lock";
import { Mosquitto } from "../support/mosquitto";
import { NightlightProcess } from "../support/process";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/** The CLI's port, which cannot be changed. */
const DAP_PORT = 8083;
/** The telemetry code's line at which the debugger has to stop contains this text. */
const TELEMETRY = "cadence.report(nowMs, light)";

interface Variable {
  name: string;
  value: string;
  variablesReference: number;
}

interface Frame {
  id: number;
  line: number;
  source: { path: string };
}

/** Takes the steps that VS Code takes at F5, with the CLI's own server, simulator and adapter. */
describe("F5, by the Debug Adapter Protocol", () => {
  let unlock: () => Promise<void>;
  let checkout: Checkout;
  let broker: Mosquitto;
  let witness: Witness;
  let devtools: Devtools;
  /** The server decides, and provides the sensor and the lamp, as the task before F5 does. */
  let nightlight: NightlightProcess;
  let dap: Dap;
  let file: string;
  let line: number;

  beforeAll(async () => {
    unlock = await lockDevtools();
    checkout = new Checkout();
    broker = await Mosquitto.start();
    witness = await Witness.connect(broker.url);
    const settings = { ID: "debug-1", BROKER: broker.url };
    checkout.write(".env.local", `ID=${settings.ID}\nBROKER=${settings.BROKER}\n`);
    await checkout.run("prepare");
    file = join(checkout.dir, "src/nightlight.ts");
    const source = checkout.read("src/nightlight.ts").toString().split("\n");
    line = source.findIndex((text) => text.includes(TELEMETRY)) + 1;
    expect(line, `the line with ${TELEMETRY}`).toBeGreaterThan(0);

    const flags = ["--vscode", "--broker", broker.url, "--id", settings.ID, "--light", "512"];
    nightlight = await NightlightProcess.start(flags);
    devtools = await Devtools.connect(checkout.devicescript("devtools", "--vscode"), false);
    await until("the sensor is there", () => nightlight.output.includes("A sensor and a lamp"));
    await devtools.startSimulator();
    expect(await devtools.deploy(SIMULATOR)).toBe("OK");
    dap = await Dap.connect(DAP_PORT);
  });

  afterAll(async () => {
    dap.stop();
    await devtools.stop();
    await nightlight.kill();
    await witness.stop();
    await broker.stop();
    checkout.remove();
    await unlock();
  });

  let thread = 0;

  async function frames(): Promise<Frame[]> {
    const { stackFrames } = await dap.request<{ stackFrames: Frame[] }>("stackTrace", {
      threadId: thread,
    });
    return stackFrames;
  }

  /** Returns the variables of the innermost frame. */
  async function locals(): Promise<Record<string, string>> {
    const [frame] = await frames();
    const { scopes } = await dap.request<{ scopes: Variable[] }>("scopes", { frameId: frame?.id });
    const all: Record<string, string> = {};
    for (const { name, variablesReference } of scopes) {
      if (name === "Global variables") continue;
      const { variables } = await dap.request<{ variables: Variable[] }>("variables", {
        variablesReference,
      });
      for (const variable of variables) all[variable.name] = variable.value;
    }
    return all;
  }

  async function untilStopped(from: number): Promise<string> {
    const { reason, threadId } = await dap.untilEvent("stopped", from);
    thread = threadId as number;
    return reason as string;
  }

  it("stops on a breakpoint in the telemetry code", async () => {
    await dap.request("initialize", { adapterID: "devicescript", pathFormat: "path" });
    await dap.request("launch", { deviceId: SIMULATOR, stopOnEntry: false });
    await dap.untilEvent("initialized", 0);
    const { breakpoints } = await dap.request<{ breakpoints: object[] }>("setBreakpoints", {
      source: { path: file },
      breakpoints: [{ line }],
    });
    expect(breakpoints).toMatchObject([{ verified: true, line }]);
    const from = dap.events.length;
    await dap.request("configurationDone");
    expect(await untilStopped(from)).toBe("breakpoint");
    const [frame] = await frames();
    expect(frame).toMatchObject({ line, source: { path: file } });
  });

  it("reads the local `light`", async () => {
    expect(await locals()).toMatchObject({ light: "512" });
  });

  it("steps to the next line", async () => {
    const from = dap.events.length;
    await dap.request("next", { threadId: thread, granularity: "line" });
    expect(await untilStopped(from)).toBe("step");
    const [frame] = await frames();
    expect(frame?.source.path).toBe(file);
    expect(frame?.line).toBeGreaterThan(line);
  });

  it("continues: the reading reaches the broker, and the next reading stops again", async () => {
    const from = dap.events.length;
    await dap.request("continue", { threadId: thread });
    expect(await untilStopped(from)).toBe("breakpoint");
  });

  it("shows a value that was changed on the page", async () => {
    const device = `http://127.0.0.1:${nightlight.httpPort}/api/devices/debug-1`;
    const { status } = await fetch(`${device}/light`, { method: "PUT", body: '{"light":77}' });
    expect(status).toBe(200);
    await expect
      .poll(async () => {
        const from = dap.events.length;
        await dap.request("continue", { threadId: thread });
        await untilStopped(from);
        return (await locals())["light"];
      })
      .toBe("77");
  });

  it("continues without the breakpoint, as a nightlight", async () => {
    await dap.request("setBreakpoints", { source: { path: file }, breakpoints: [] });
    await dap.request("continue", { threadId: thread });
    await expect.poll(() => witness.payloads("debug-1/telemetry").join()).toContain('{"light":77');
    const lampOnThePage = async () => {
      const response = await fetch(`http://127.0.0.1:${nightlight.httpPort}/api/devices`);
      return (await response.json()) as unknown;
    };
    await expect
      .poll(lampOnThePage)
      .toMatchObject([{ id: "debug-1", simulated: true, online: true, ledOn: true }]);
  });
});
