import { spawn, type ChildProcess } from "node:child_process";
import { ROOT } from "../../server/firmware/paths";
import { until } from "./until";

/** `npm start` as a process of its own, to be killed. */
export class ServerProcess {
  private output = "";

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Resolves as soon as the process is there; see ready(). */
  static start(...flags: string[]): ServerProcess {
    const args = ["--import", "tsx", "server/main.ts", ...flags];
    return new ServerProcess(spawn(process.execPath, args, { cwd: ROOT }));
  }

  async ready(): Promise<void> {
    await until("the server is ready", () => {
      if (this.child.exitCode !== null) throw new Error(`the server ended: ${this.output}`);
      return this.output.includes("Nightlight is ready");
    });
  }

  get log(): string {
    return this.output;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}
