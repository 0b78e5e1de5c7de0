/** A callback of the application: it may be asynchronous, and it may throw. */
type Callback = (a: never, b: never) => void | Promise<void>;

/** A task that calls a callback and logs its error, so that no callback can end the client. */
export const CALLBACK = { run: guarded };

async function guarded(
  log: (line: string) => void,
  callback: Callback | undefined,
  a: string | boolean,
  b?: number,
): Promise<void> {
  try {
    if (callback) await callback(a as never, b as never);
  } catch (e) {
    log(`callback: ${(e as Error).message}`);
  }
}

/** The default log, which discards its lines. */
export function noLog(): void {
  // Discards the line.
}
