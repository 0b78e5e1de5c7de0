import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpatched } from "../../boards/tools/firmware/cli-patch";
import { ROOT } from "../../server/base/root";
import { Checkout } from "../support/checkout";
import { Dap } from "../support/dap";
import { Devtools, SIMULATOR } from "../support/devtools";
import { lockDevtools } from "../support/lock";
import type { Program } from "../support/program";
import { slowly } from "../support/slowly";

/** Number of times that F5 is pressed; 20 in a manual run. */
const TIMES = Number(process.env["F5_TIMES"] ?? 3);
/**
 * Number of tries with the unpatched CLI. It fails nearly always: 19 of 22 times in a VS Code
 * window.
 */
const TIMES_UNPATCHED = 5;
const DAP_PORT = 8083;
const TELEMETRY = "cadence.report(nowMs, light)";
const CLI = "node_modules/@devicescript/cli/devicescript";
const CLI_CODE = "node_modules/@devicescript/cli/built/devicescript-cli.cjs";
const STOPPED: string = "stopped on the breakpoint";
const UNPATCHED = "unpatched.cjs";

/** Takes the steps of VS Code's extension, each step once and without a retry, with a slow CLI. */
describe("F5 with the CLI at a third of its speed", () => {
  let unlock: () => Promise<void>;
  let checkout: Checkout;
  let file: string;
  let line: number;

  beforeAll(async () => {
    unlock = await lockDevtools();
    checkout = new Checkout();
    // No broker is needed, because only the steps up to the breakpoint are tested.
    checkout.write(".env.local", "ID=debug-1\nBROKER=mqtt://127.0.0.1:9\n");
    expect(await checkout.run("prepare")).toMatchObject({ code: 0 });
    checkout.write("cli.cjs", unpatched(readFileSync(join(ROOT, CLI_CODE), "utf8")));
    checkout.write(UNPATCHED, 'require("./cli.cjs").mainCli();');
    file = join(checkout.dir, "src/nightlight.ts");
    const source = checkout.read("src/nightlight.ts").toString().split("\n");
    line = source.findIndex((text) => text.includes(TELEMETRY)) + 1;
    expect(line, `the line with ${TELEMETRY}`).toBeGreaterThan(0);
  });

  afterAll(async () => {
    checkout.remove();
    await unlock();
  });

  /**
   * Takes the steps of F5.
   * @returns `STOPPED`, or the error that VS Code would show
   */
  async function press(cli: string): Promise<string> {
    const server: Program = checkout.node(cli, "devtools", "--vscode");
    const devtools = await Devtools.connect(server);
    const atFullSpeed = slowly(server.pid);
    let dap: Dap | undefined;
    try {
      await devtools.startSimulator();
      const deployStatus = await devtools.deploy(SIMULATOR);
      // After a failed deployment, the extension would continue and hang, because `launch` is never
      // answered.
      if (deployStatus !== "OK") return deployStatus;
      dap = await Dap.connect(DAP_PORT);
      await dap.request("initialize", { adapterID: "devicescript", pathFormat: "path" });
      await dap.request("launch", { deviceId: SIMULATOR, stopOnEntry: false });
      await dap.untilEvent("initialized", 0);
      const source = { path: file };
      await dap.request("setBreakpoints", { source, breakpoints: [{ line }] });
      const from = dap.events.length;
      await dap.request("configurationDone");
      const { reason } = await dap.untilEvent("stopped", from);
      return reason === "breakpoint" ? STOPPED : String(reason);
    } catch (error) {
      return String(error);
    } finally {
      dap?.stop();
      atFullSpeed();
      await devtools.stop();
    }
  }

  it.each(Array.from({ length: TIMES }, (_, at) => at + 1))(
    "stops at the breakpoint, time %i",
    async () => {
      expect(await press(CLI)).toBe(STOPPED);
    },
  );

  it("fails with the unpatched CLI", async () => {
    const outcomes: string[] = [];
    while (outcomes.length < TIMES_UNPATCHED && outcomes.every((text) => text === STOPPED))
      outcomes.push(await press(UNPATCHED));
    expect(outcomes.at(-1)).toMatch(/timeout|Could not find device|not found/);
  });
});
