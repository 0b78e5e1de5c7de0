/** Detects on every system when the program should end. */

const PARENT_POLL_MS = 500;

/**
 * Calls `end` once: at Ctrl+C, at a termination signal, or, if npm started this program, when the
 * parent process has gone. npm passes SIGTERM to the shell that it started, and not every shell
 * passes it on.
 */
export function onShutdownRequest(end: () => void): void {
  let isRequested = false;
  const request = () => {
    if (isRequested) return;
    isRequested = true;
    end();
  };
  for (const signal of endSignals()) process.on(signal, request);
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (hasGone(parent)) request();
  }, PARENT_POLL_MS).unref();
}

/**
 * Returns the signals that ask the program to end. A closing terminal sends SIGHUP. On Windows,
 * Ctrl+Break sends SIGBREAK. Without a handler, SIGHUP ends the process at once, even under
 * `nohup`, because Node discards the signal settings that it inherits.
 */
function endSignals(): NodeJS.Signals[] {
  const everywhere: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  return process.platform === "win32" ? [...everywhere, "SIGBREAK"] : everywhere;
}

/**
 * Whether the parent process has ended. POSIX gives an orphan another parent; on Windows `ppid`
 * stays the id of the ended parent.
 */
function hasGone(parent: number): boolean {
  if (process.ppid !== parent) return true;
  try {
    process.kill(parent, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
