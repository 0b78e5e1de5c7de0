import { spawn, type ChildProcess } from "node:child_process";
import { ROOT } from "../../server/firmware/paths";
import { freePort } from "./mosquitto";
import { until } from "./until";

const READY_TIMEOUT_MS = 40_000;

/** A real `npm start` on ports of its own, that can be killed and started again on them. */
export class NightlightProcess {
  private child: ChildProcess | undefined;
  /** All that it printed since its last start. */
  output = "";

  private constructor(
    readonly mqttPort: number,
    readonly httpPort: number,
    private readonly flags: string[],
    private readonly env: Record<string, string>,
  ) {}

  /** Resolves once it is ready; rejects with what it printed where it ends instead. */
  static async start(
    flags: string[],
    env: Record<string, string> = {},
  ): Promise<NightlightProcess> {
    const started = new NightlightProcess(await freePort(), await freePort(), flags, env);
    await started.restart();
    return started;
  }

  async restart(): Promise<void> {
    this.output = "";
    const embedded = !this.flags.includes("--broker");
    const mqttPort = embedded ? ["--mqtt-port", String(this.mqttPort)] : [];
    const ports = [...mqttPort, "--http-port", String(this.httpPort)];
    const args = ["--import", "tsx", "server/main.ts", ...ports, ...this.flags];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...this.env },
    });
    child.stdout.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.child = child;
    const ended = () => child.exitCode !== null && child.stdout.closed && child.stderr.closed;
    const ready = () => ended() || this.output.includes("is ready");
    await until("it is ready, or ends", ready, READY_TIMEOUT_MS);
    if (ended()) throw new Error(this.output);
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child?.exitCode !== null || this.child.signalCode !== null;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}
