import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "node:net";
import { until } from "./until";

/** A real Mosquitto on a loopback port, that can be killed and started again on that port. */
export class Mosquitto {
  private child: ChildProcess | undefined;
  private readonly dir = mkdtempSync(join(tmpdir(), "nightlight-mosquitto-"));

  private constructor(
    readonly port: number,
    extraConfig: string,
  ) {
    writeFileSync(
      join(this.dir, "mosquitto.conf"),
      `listener ${port} 127.0.0.1\nset_tcp_nodelay true\n${extraConfig || "allow_anonymous true\n"}`,
    );
  }

  /** @param extraConfig replaces `allow_anonymous true` */
  static async start(extraConfig = ""): Promise<Mosquitto> {
    const mosquitto = new Mosquitto(await freePort(), extraConfig);
    await mosquitto.restart();
    return mosquitto;
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

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
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
