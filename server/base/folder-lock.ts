import { once } from "node:events";
import { closeSync, constants, openSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { makeFolder } from "./make-folder";
import { fileFailure, UserError } from "./user-error";

/** Flags of open(2) that Node does not name: O_EXLOCK of macOS, UV_FS_O_EXLOCK on Windows. */
const EXCLUSIVE = { darwin: 0x20 | constants.O_NONBLOCK, win32: 0x10000000 };
const TAKEN = new Set(["EADDRINUSE", "EAGAIN", "EWOULDBLOCK", "EBUSY"]);

/**
 * Locks a folder against a second nightlight, and creates it if necessary. The system releases the
 * lock when the process ends, however it ends.
 * @param dataDir the value of --data, for error messages
 * @returns a function that releases the lock earlier
 * @throws UserError if another process holds the lock, or the folder can't be used
 */
export async function lockFolder(dir: string, dataDir: string): Promise<() => Promise<void>> {
  try {
    makeFolder(dir);
    return await (process.platform === "linux" ? lockByName(dir) : lockFile(join(dir, "lock")));
  } catch (error) {
    if (TAKEN.has((error as NodeJS.ErrnoException).code ?? ""))
      throw new UserError(`--data ${dataDir}: in use by another nightlight, choose another folder`);
    throw new UserError(`--data ${dataDir}: ${fileFailure(error)}`);
  }
}

/** Binds a socket in Linux' abstract namespace, which leaves no file; unix(7), "abstract". */
async function lockByName(dir: string): Promise<() => Promise<void>> {
  const { dev, ino } = statSync(dir);
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0nightlight-${dev}-${ino}`);
  await once(server, "listening");
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = process.platform === "win32" ? EXCLUSIVE.win32 : EXCLUSIVE.darwin;
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | lock, 0o600);
  return Promise.resolve(() => {
    closeSync(file);
    return Promise.resolve();
  });
}
