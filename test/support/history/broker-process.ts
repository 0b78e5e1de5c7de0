import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { freePort } from "../free-port";
import { Program } from "../program";

/** Runs the embedded broker in a process that can be killed. */
export class BrokerProcess {
  private program: Program | undefined;

  private constructor(
    readonly port: number,
    private readonly dataDir: string | undefined,
  ) {}

  /** @param keepsData whether the broker stores its data in a folder that survives a kill */
  static async start(keepsData: boolean): Promise<BrokerProcess> {
    const dataDir = keepsData ? mkdtempSync(join(tmpdir(), "nightlight-history-")) : undefined;
    const broker = new BrokerProcess(await freePort(), dataDir);
    await broker.restart();
    return broker;
  }

  async restart(): Promise<void> {
    const script = "test/support/history/embedded.ts";
    const args = [
      "--import",
      "tsx",
      script,
      `${this.port}`,
      ...(this.dataDir ? [this.dataDir] : []),
    ];
    this.program = new Program(process.execPath, args, { cwd: ROOT });
    await this.program.untilPrinted("listening");
  }

  /** Kills the process with SIGKILL. Resolves when it has ended. */
  async kill(): Promise<void> {
    await this.program?.stop();
  }

  async stop(): Promise<void> {
    await this.kill();
    if (this.dataDir !== undefined) rmSync(this.dataDir, { recursive: true });
  }
}
