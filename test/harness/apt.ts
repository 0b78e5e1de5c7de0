import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Maximum time to wait for apt's lock. A fresh Debian holds the lock for minutes, while it updates
 * itself.
 */
const LOCK_TIMEOUT_MS = 300_000;
const RETRY_MS = 2_000;

/**
 * Runs apt-get, and retries while another program holds one of apt's locks. apt's own option,
 * DPkg::Lock::Timeout, does not cover the lists that `update` fetches (apt 2.6).
 * @returns whether apt-get succeeded; after a failure, its output is on standard error
 */
export async function aptGet(
  args: readonly string[],
  say: (line: string) => void = console.log,
): Promise<boolean> {
  const endMs = performance.now() + LOCK_TIMEOUT_MS;
  for (let isWaiting = false; ; isWaiting = true) {
    const { code, stderr } = await attempt(args);
    if (code === 0) return true;
    if (!stderr.includes("Could not get lock") || performance.now() > endMs) {
      process.stderr.write(stderr);
      return false;
    }
    if (!isWaiting)
      say(`apt is busy, waiting up to ${LOCK_TIMEOUT_MS / 60_000} minutes for it ...`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function attempt(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn("apt-get", args, {
    stdio: ["ignore", "ignore", "pipe"],
    // `LC_ALL` keeps apt-get's messages in English, because they are compared above. `RUNLEVEL`
    // pretends single-user mode, in which no service is started: the tests start their own.
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}
