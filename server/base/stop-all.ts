/** A part of the program that runs until it is stopped. */
export interface Stoppable {
  stop(): void | Promise<void>;
}

/**
 * Stops the parts one after another, even if one of them fails: a part that runs on would keep the
 * process alive.
 * @throws the first failure, once all parts are stopped
 */
export async function stopAll(parts: Stoppable[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts)
    try {
      await part.stop();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
}
