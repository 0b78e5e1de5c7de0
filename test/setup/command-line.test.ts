import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { Users } from "../../server/setup/users";
import { folderForTest } from "../support/folder";
import { freePort } from "../support/free-port";
import { until } from "../support/until";

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the program of `npm start` with these flags. */
function start(...flags: string[]): {
  child: ChildProcess;
  out: () => string;
  end: Promise<Outcome>;
} {
  const child = spawn(process.execPath, ["server/start.js", ...flags], {
    cwd: ROOT,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const end = new Promise<Outcome>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, out: () => stdout, end };
}

describe("npm start", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "becomes ready, and ends on %s with 0",
    async (signal) => {
      const [mqtt, http] = [await freePort(), await freePort()];
      const flags = ["--mqtt-port", String(mqtt), "--http-port", String(http), "--id", "cli-1"];
      const { child, out, end } = start(...flags);
      await until("ready", () =>
        out().includes(`\nNightlight is ready: http://localhost:${http}\n`),
      );
      child.kill(signal);
      const { code, stderr } = await end;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      await expect(fetch(`http://localhost:${http}/healthz`)).rejects.toThrow();
    },
  );

  it("reaches its broker on IPv6, and so does its device", async () => {
    const dir = folderForTest();
    new Users(dir).set("x", { role: "device", password: null });
    const ports = ["--mqtt-port", "0", "--http-port", "0"];
    const { child, out, end } = start(...ports, "--listen", "::1", "--data", dir);
    await until("ready", () => out().includes("Nightlight is ready: http://[::1]:"));
    expect(out()).toMatch(/Connecting to mqtt:\/\/\[::1\]:\d+ as /);
    expect(out()).not.toContain("has sent no reading yet");
    child.kill();
    await end;
  });

  it.each([
    [
      ["--history-mb", "-1"],
      'nightlight: --history-mb: expected a value that does not begin with "-"; see npm start -- --help\n',
    ],
    [["--bogus"], "nightlight: Unknown option '--bogus'; see npm start -- --help\n"],
    [
      ["--light", "2000"],
      'nightlight: --light: expected a whole number from 0 to 1023, got "2000"\n',
    ],
    [
      ["--broker", "http://x"],
      'nightlight: --broker: expected mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT], got "http://x"\n',
    ],
    [
      ["--broker", "mqtt://127.0.0.1:1"],
      "nightlight: cannot reach the broker mqtt://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n",
    ],
  ])("reports in one line what is wrong with %s", async (flags, line) => {
    const { code, stderr } = await start(...flags).end;
    expect({ code, stderr }).toEqual({ code: 1, stderr: line });
  });

  it("reports which port is busy and which flag changes it", async () => {
    const holder = await hold();
    const { port } = holder.address() as { port: number };
    const mqtt = await start("--mqtt-port", String(port)).end;
    const http = await start("--mqtt-port", "0", "--http-port", String(port)).end;
    holder.close();
    expect(mqtt).toMatchObject({
      code: 1,
      stderr: `nightlight: port ${port} is in use: choose another one with --mqtt-port\n`,
    });
    expect(http).toMatchObject({
      code: 1,
      stderr: `nightlight: port ${port} is in use: choose another one with --http-port\n`,
    });
  });

  it("reports which file or folder can't be used", async () => {
    const { code, stderr } = await start(
      ...["--no-device", "--mqtt-port", "0", "--http-port", "0"],
      ...["--data", "/dev/null/state", "--trust-proxy", "127.0.0.1"],
    ).end;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nightlight: .*\/dev\/null\/state.*\n$/);
  });

  it("shows no address that leads to another program on the other loopback", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "::1", resolve));
    const { port } = other.address() as { port: number };
    const flags = ["--no-device", "--mqtt-port", "0", "--http-port", String(port)];
    const { child, out, end } = start(...flags);
    await until("ready", () => out().includes(`Nightlight is ready: http://127.0.0.1:${port}\n`));
    expect(out()).toContain(`another program listens on [::1]:${port}`);
    child.kill();
    await end;
    other.close();
  });

  it("shows its flags and its version", async () => {
    expect((await start("--help").end).stdout).toContain("--no-decide");
    expect((await start("--version").end).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

async function hold(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
