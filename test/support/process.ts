import { ROOT } from "../../server/base/root";
import { freePort } from "./free-port";
import { Program } from "./program";
import { until } from "./until";

/** A real `npm start` process on free ports. It can be killed and restarted on the same ports. */
export class NightlightProcess {
  private program: Program | undefined;

  private constructor(
    readonly mqttPort: number,
    readonly httpPort: number,
    private readonly flags: string[],
    private readonly env: Record<string, string>,
  ) {}

  /**
   * Starts the server, and resolves when it is ready. If the server ends instead, rejects with its
   * output.
   */
  static async start(
    flags: string[],
    env: Record<string, string> = {},
  ): Promise<NightlightProcess> {
    const started = new NightlightProcess(await freePort(), await freePort(), flags, env);
    await started.restart();
    return started;
  }

  async restart(): Promise<void> {
    const embedded = !this.flags.includes("--broker");
    const mqttPort = embedded ? ["--mqtt-port", String(this.mqttPort)] : [];
    const ports = [...mqttPort, "--http-port", String(this.httpPort)];
    const args = ["server/start.js", ...ports, ...this.flags];
    const program = new Program(process.execPath, args, { cwd: ROOT, env: this.env });
    this.program = program;
    await until(
      "it is ready, or ends",
      () => program.hasEnded || program.output.includes("is ready"),
    );
    if (!program.hasEnded) return;
    await program.end;
    throw new Error(program.output);
  }

  /** All output since the last start. */
  get output(): string {
    return this.program?.output ?? "";
  }

  get pid(): number {
    return this.program?.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.program?.hasEnded ?? true;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await this.program?.stop(signal);
  }
}
