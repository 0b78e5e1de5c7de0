/**
 * Looks at a condition again and again.
 * @returns whether it became true within the time
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  pollMs = 200,
): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
}

/**
 * Waits for a condition that is sure to come, so the limit is one that only a hang reaches.
 * @throws Error naming the condition that never came
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 300_000,
): Promise<void> {
  if (await waitFor(condition, timeoutMs, 10)) return;
  throw new Error(`waited ${timeoutMs} ms for: ${what}`);
}
