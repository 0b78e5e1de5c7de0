/** Something that runs until it is stopped. */
export interface Part {
  stop(): void | Promise<void>;
}

/**
 * Stops one after the other, also if one of them fails: what runs on would keep the process.
 * @throws what the first one failed with, once all are stopped
 */
export async function stopAll(parts: Part[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts)
    try {
      await part.stop();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
}
