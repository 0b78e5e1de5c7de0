/** A mistake that a person can mend: shown as its one-line message, never as a stack trace. */
export class UserError extends Error {}

/**
 * The one line for what a person can mend: a UserError, or a file or folder that can't be used, as
 * when the program's own folder is read-only.
 * @throws what else it is: a fault of the program
 */
export function lineFor(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const { code, syscall, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (!(error instanceof Error) || code === undefined || path === undefined) throw error;
  if (code === "EISDIR") return `${dest ?? path}: expected a file, got a folder`;
  // As in "EACCES: permission denied, open '/etc/nightlight'".
  const words = /^[A-Z0-9]+: ([^,]*),/.exec(error.message)?.[1] ?? error.message;
  return `${dest ?? path}: ${words} (${syscall ?? code})`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What Node's `parseArgs` finds wrong, in one sentence without its end. */
export function flagMistake(error: unknown): string {
  const text = messageOf(error);
  const [, flag] = /^Option '(--[^' ]+).* is ambiguous/.exec(text) ?? [];
  if (flag !== undefined) return `${flag}: expected a value that does not begin with "-"`;
  return text.split(". ", 1)[0] ?? "bad option";
}
