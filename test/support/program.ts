import { type ChildProcess, spawn } from "node:child_process";
import { until } from "./until";

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  cwd: string;
  /** Environment variables, added to those of this process. */
  env?: Record<string, string>;
}

/** A program in a process group of its own. `stop` also ends its child processes. */
export class Program {
  private readonly child: ChildProcess;
  private stdout = "";
  private stderr = "";
  private said = "";
  readonly end: Promise<Outcome>;

  constructor(command: string, args: string[], { cwd, env = {} }: ProgramOptions) {
    this.child = spawn(command, args, {
      cwd,
      detached: true,
      // Without a terminal, no program asks questions or prints colours.
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
      this.said += chunk.toString();
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
      this.said += chunk.toString();
    });
    this.end = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Standard output and standard error together, in order of arrival. */
  get output(): string {
    return this.said;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /**
   * Closes the reading end of the program's output, as a closed terminal does, or a pipe whose
   * reader has ended.
   */
  hearNoMore(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  endInput(): void {
    this.child.stdin?.end();
  }

  async untilPrinted(pattern: RegExp | string): Promise<void> {
    const found = () =>
      typeof pattern === "string" ? this.output.includes(pattern) : pattern.test(this.output);
    try {
      await until(String(pattern), () => found() || this.hasEnded);
    } catch (error) {
      throw new Error(`${String(error)}; it said:\n${this.output}`);
    }
    if (!found()) throw new Error(`it ended without ${String(pattern)}, and said:\n${this.output}`);
  }

  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<Outcome> {
    const { pid } = this.child;
    if (pid !== undefined && !this.hasEnded) process.kill(-pid, signal);
    return await this.end;
  }
}
