import { describe, expect, it, onTestFinished } from "vitest";
import { ROOT } from "../../server/base/root";
import { freePort } from "../support/free-port";
import { Program } from "../support/program";

const FLAGS = ["--no-device", "--mqtt-port", String(await freePort()), "--http-port", "0"];

async function ready(command: string, args: string[], env = {}): Promise<Program> {
  const program = new Program(command, args, { cwd: ROOT, env });
  onTestFinished(async () => {
    await program.stop();
  });
  await program.untilPrinted("Nightlight is ready");
  return program;
}

/**
 * Kills the process and waits for its end. The output closes only when no process holds it any
 * longer, so the server has ended, too.
 */
async function endsWhenKilled(program: Program, signal: NodeJS.Signals): Promise<void> {
  process.kill(program.pid, signal);
  const { stdout, stderr } = await program.end;
  expect(stdout).toMatch(/Stopping \.\.\.\n$/);
  expect(stderr).toBe("");
}

describe("npm start", () => {
  // npm runs its script in a shell. `sh` is dash, which runs the server as a child and ends without
  // stopping it. bash is replaced by the server.
  it.each(["sh", "bash"])("ends when npm is asked to end, with %s in between", async (shell) => {
    const args = ["start", "--silent", `--script-shell=${shell}`, "--", ...FLAGS];
    await endsWhenKilled(await ready("npm", args), "SIGTERM");
  });

  it("ends when the shell that npm started is killed", async () => {
    const line = `"${process.execPath}" server/start.js ${FLAGS.join(" ")}; true`;
    const shell = await ready("sh", ["-c", line], { npm_lifecycle_event: "start" });
    await endsWhenKilled(shell, "SIGKILL");
  });
});
