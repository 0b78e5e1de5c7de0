/**
 * Polls a condition.
 * @returns whether the condition became true within the time
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  pollMs = 200,
): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > endMs) return false;
    await sleep(pollMs);
  }
  return true;
}

/**
 * Waits for a condition that must become true; only a hang reaches the timeout.
 * @throws Error naming the condition
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 300_000,
): Promise<void> {
  if (await waitFor(condition, timeoutMs, 10)) return;
  throw new Error(`waited ${timeoutMs} ms for: ${what}`);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
