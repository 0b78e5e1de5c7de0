const TURN_MS = 90;

/**
 * Slows a process group down to a third of its speed: the processes are stopped and continued in
 * turns of 30 ms.
 * @returns a function that ends the slowdown
 */
export function slowly(pid: number): () => void {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch {
      // The process has ended already.
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
