/** How long a test waits for anything: only a hang reaches it, on a busy machine too. */
export const HANG_MS = 120_000;

/** Waits until a condition holds; if it never does, the error says which one. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = HANG_MS,
): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
