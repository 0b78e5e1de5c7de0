import { ClassicLevel } from "classic-level";
import { UserError, messageOf } from "../base/user-error";

/**
 * Keeps a second nightlight out of a folder. Node can't ask the system for a lock that dies with
 * its process; LevelDB, which the broker's store uses anyway, can: an empty one is the lock.
 * @returns what gives it back
 * @throws UserError where another process has it, or the folder can't be written
 */
export async function lockFolder(path: string, dataDir: string): Promise<() => Promise<void>> {
  const lock = new ClassicLevel(path);
  try {
    await lock.open();
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    if (code === "LEVEL_LOCKED")
      throw new UserError(`--data ${dataDir}: in use by another nightlight, choose another folder`);
    throw new UserError(`--data ${dataDir}: ${message || messageOf(error)}`);
  }
  return () => lock.close();
}
