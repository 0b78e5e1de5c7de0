const TURN_MS = 90;

/**
 * Lets a process group run for a third of the time only, in turns of 30 ms.
 * @returns ends that
 */
export function slowly(pid: number): () => void {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(() => {
    signal("SIGCONT");
    setTimeout(() => signal("SIGSTOP"), TURN_MS / 3);
  }, TURN_MS);
  return () => {
    clearInterval(timer);
    setTimeout(() => signal("SIGCONT"), TURN_MS);
  };
}
