import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../server/base/root";
import { freePort } from "./free-port";
import { until } from "./until";

/** The configuration that the docs recommend. The tests run with it to show that it works. */
const RECOMMENDED = readFileSync(join(ROOT, "docs/examples/mosquitto.conf"), "utf8");

/**
 * A real Mosquitto on a loopback port, with the recommended configuration. It can be killed, and
 * restarted on the same port.
 */
export class Mosquitto {
  private child: ChildProcess | undefined;
  private readonly dir = mkdtempSync(join(tmpdir(), "nightlight-mosquitto-"));

  private constructor(
    readonly port: number,
    access: string,
    recommended: string,
  ) {
    // Mosquitto started as root would switch to another user, who may not write to this folder.
    const place = `user root\npersistence_location ${this.dir}/\nlistener ${port} 127.0.0.1\n`;
    writeFileSync(join(this.dir, "mosquitto.conf"), `${recommended}${place}${access}`);
  }

  /**
   * @param access settings for who may connect, or to override recommended settings
   * @param recommended the recommended settings; "" for Mosquitto's own defaults
   */
  static async start(
    access = "allow_anonymous true\n",
    recommended = RECOMMENDED,
  ): Promise<Mosquitto> {
    const mosquitto = new Mosquitto(await freePort(), access, recommended);
    await mosquitto.restart();
    return mosquitto;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    let output = "";
    const child = spawn("mosquitto", ["-c", join(this.dir, "mosquitto.conf")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    this.child = child;
    await until("Mosquitto answers", () => {
      if (child.exitCode !== null) throw new Error(`Mosquitto ended: ${output}`);
      return answers(this.port);
    });
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
