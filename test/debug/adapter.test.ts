import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Checkout } from "../support/checkout";
import { Dap } from "../support/dap";
import { until } from "../support/until";
import { readVsCodeFile } from "../support/vscode-file";

/** The debug type with which the extension starts a debugger for the server. */
const SERVER = "nightlightServer";
const TELEMETRY = "cadence.report(nowMs, light)";

interface Manifest {
  contributes: { debuggers: { type: string; program: string; runtime: string }[] };
}

interface Variable {
  name: string;
  value: string;
  variablesReference: number;
}

/** Returns a launch configuration as VS Code sends it: only the written fields, no defaults. */
function launchConfiguration(name: string): object {
  const { configurations } = readVsCodeFile(".vscode/launch.json") as {
    configurations: { name: string }[];
  };
  const found = configurations.find((configuration) => configuration.name === name);
  if (!found) throw new Error(`.vscode/launch.json has no ${name}`);
  return found;
}

/** A VS Code window with this repository's extension, reduced to the protocol. */
class Window {
  readonly dap: Dap;
  private readonly child: ChildProcess;
  private readonly output: Readable;

  constructor(private readonly checkout: Checkout) {
    const folder = ".vscode/extensions/nightlight";
    const manifest = JSON.parse(checkout.read(`${folder}/package.json`).toString()) as Manifest;
    const [{ program, runtime } = { program: "", runtime: "" }] = manifest.contributes.debuggers;
    expect(runtime).toBe("node");
    // Starts the adapter as extensionHostProcess.js of VS Code 1.100 does, and any program that
    // runs as Electron's Node.
    const start = "delete process.env.ELECTRON_RUN_AS_NODE;require(process.argv[1])";
    const child = spawn(process.execPath, ["-e", start, join(checkout.dir, folder, program)]);
    this.output = child.stdout;
    this.child = child;
    this.dap = new Dap(child.stdin, child.stdout);
  }

  /** Presses F5. @returns the thread that has stopped on the breakpoint */
  async start(name = "Nightlight"): Promise<number> {
    const { dap } = this;
    const source = this.checkout.read("src/nightlight.ts").toString().split("\n");
    const line = source.findIndex((text) => text.includes(TELEMETRY)) + 1;
    expect(line, `the line with ${TELEMETRY}`).toBeGreaterThan(0);
    await dap.request("initialize", { adapterID: "nightlight", pathFormat: "path" });
    await dap.request("launch", launchConfiguration(name));
    await dap.untilEvent("initialized", 0);
    const path = join(this.checkout.dir, "src/nightlight.ts");
    await dap.request("setBreakpoints", { source: { path }, breakpoints: [{ line }] });
    await dap.request("configurationDone");
    return await this.untilStopped(0);
  }

  async untilStopped(from: number): Promise<number> {
    const { reason, threadId } = await this.dap.untilEvent("stopped", from);
    expect(reason).toBe("breakpoint");
    return Number(threadId);
  }

  /** Returns the value of a local variable of the innermost function. */
  async local(name: string, threadId: number): Promise<string | undefined> {
    const { stackFrames } = await this.dap.request<{
      stackFrames: { id: number; source: { path: string } }[];
    }>("stackTrace", { threadId });
    expect(stackFrames[0]?.source.path).toBe(join(this.checkout.dir, "src/nightlight.ts"));
    const { scopes } = await this.dap.request<{ scopes: Variable[] }>("scopes", {
      frameId: stackFrames[0]?.id,
    });
    for (const { variablesReference } of scopes) {
      const { variables } = await this.dap.request<{ variables: Variable[] }>("variables", {
        variablesReference,
      });
      const found = variables.find((variable) => variable.name === name);
      if (found) return found.value;
    }
    return undefined;
  }

  /** Returns the page's address, as the debug console shows it. */
  get url(): string {
    const said = this.dap.events.map(({ body }) => body?.["output"]);
    return /^Nightlight: (\S+)$/m.exec(said.join(""))?.[1] ?? "";
  }

  /** Closes the adapter's input, as VS Code does. */
  async close(): Promise<number | null> {
    this.dap.stop();
    return await this.end();
  }

  /** Stops reading the adapter's output, but leaves its input open. */
  async vanish(): Promise<number | null> {
    this.output.destroy();
    return await this.end();
  }

  private async end(): Promise<number | null> {
    await until("the adapter ends", () => this.child.exitCode !== null);
    return this.child.exitCode;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

describe("F5 with the extension of this repository", () => {
  let checkout: Checkout;
  let windows: Window[];

  beforeEach(() => {
    checkout = new Checkout();
    windows = [];
  });
  afterEach(() => {
    for (const window of windows) window.kill();
    checkout.remove();
  });
  const open = (): Window => {
    const window = new Window(checkout);
    windows.push(window);
    return window;
  };

  it("stops on a breakpoint, and shows a value changed on the page", async () => {
    const window = open();
    const threadId = await window.start();
    expect(await window.local("light", threadId)).toBe("652");
    const response = await fetch(`${window.url}/api/devices/nightlight-1/light`, {
      method: "PUT",
      body: JSON.stringify({ light: 123 }),
    });
    expect(response.status).toBe(200);
    let light: string | undefined;
    await until("the firmware measures it", async () => {
      const from = window.dap.events.length;
      await window.dap.request("continue", { threadId });
      light = await window.local("light", await window.untilStopped(from));
      return light === "123";
    });
    expect(window.dap.events.some(({ event }) => event === SERVER)).toBe(false);
    expect(await window.close()).toBe(0);
  });

  it("works in two windows at the same time, and also asks for a debugger for the server", async () => {
    const [one, other] = [open(), open()];
    await Promise.all([one.start("Nightlight, everything"), other.start()]);
    expect(one.url).not.toBe(other.url);
    const { port } = await one.dap.untilEvent(SERVER, 0);
    const list = await fetch(`http://127.0.0.1:${String(port)}/json/list`);
    expect(await list.json()).toMatchObject([{ type: "node" }]);
  });

  it("ends if no one reads its output", async () => {
    expect(await open().vanish()).toBe(1);
  });

  it("reports why it can't debug", async () => {
    checkout.write("src/main.ts", "export const broken: number = true\n");
    const { dap } = open();
    // The error has to be in one line, without the compiler's colours.
    await expect(dap.request("initialize", {})).rejects.toThrow(
      /src\/main\.ts does not compile: src\/main\.ts:1:14: Type 'boolean' [ -~]+$/,
    );
  });
});
