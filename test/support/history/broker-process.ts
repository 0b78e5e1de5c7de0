import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { freePort } from "../mosquitto";
import { Program } from "../program";

/** The embedded broker in a process that can be killed, with a folder that outlives it. */
export class BrokerProcess {
  private program: Program | undefined;
  private readonly dataDir = mkdtempSync(join(tmpdir(), "nightlight-history-"));

  private constructor(readonly port: number) {}

  static async start(): Promise<BrokerProcess> {
    const broker = new BrokerProcess(await freePort());
    await broker.restart();
    return broker;
  }

  async restart(): Promise<void> {
    const script = "test/support/history/embedded.ts";
    const args = ["--import", "tsx", script, `${this.port}`, this.dataDir];
    this.program = new Program(process.execPath, args, { cwd: ROOT });
    await this.program.says("listening");
  }

  /** With SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.program?.stop();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.dataDir, { recursive: true });
  }
}
