import type { Waitable } from "../platform";

/**
 * Waits until wake() is called for the target.
 * @param timeoutMs maximum wait; if absent, only wake() ends the wait
 */
export function wait(target: Waitable, timeoutMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
    function done(): void {
      clearTimeout(timer);
      target.waiter = undefined;
      resolve();
    }
    target.waiter = done;
  });
}

export function wake(target: Waitable): void {
  (target.waiter as (() => void) | undefined)?.();
}
