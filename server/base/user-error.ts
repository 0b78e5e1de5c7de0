/** A mistake that a person can fix: shown as a one-line message, never as a stack trace. */
export class UserError extends Error {}

/**
 * Returns the one line for an error that a person can fix: a UserError, or a file or folder that
 * can't be used, for example in a read-only folder.
 * @throws any other error, which is a fault of the program
 */
export function lineFor(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const { code, syscall, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (!(error instanceof Error) || code === undefined || path === undefined) throw error;
  if (code === "EISDIR") return `${dest ?? path}: expected a file, got a folder`;
  // Node's message is, for example, "EACCES: permission denied, open '/etc/nightlight'".
  const words = /^[A-Z0-9]+: ([^,]*),/.exec(error.message)?.[1] ?? error.message;
  return `${dest ?? path}: ${words} (${syscall ?? code})`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
