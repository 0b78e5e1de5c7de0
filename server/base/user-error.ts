/** A mistake that a person can fix: shown as a one-line message, never as a stack trace. */
export class UserError extends Error {}

/**
 * Returns the one line for an error that a person can fix: a UserError, or a file or folder that
 * can't be used, for example in a read-only folder.
 * @throws any other error, which is a fault of the program
 */
export function lineFor(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const { code, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (!(error instanceof Error) || code === undefined || path === undefined) throw error;
  return `${dest ?? path}: ${fileFailure(error)}`;
}

/** Words for the codes of the file system. */
const FILE_FAILURES: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "expected a file, got a folder",
  ENOENT: "does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of this path is a file, not a folder",
  EROFS: "the disk is read-only",
};
/** Words that differ for the calls that expect a folder or make one. */
const FOLDER_FAILURES: Readonly<Record<string, string>> = {
  "EEXIST mkdir": "expected a folder, got a file",
  "ENOENT mkdir": "a folder can't be made there",
  "ENOTDIR scandir": "expected a folder, got a file",
};

/** Returns why a file or folder can't be used, in words and without its path. */
export function fileFailure(error: unknown): string {
  const { code = "", syscall = "" } = error as NodeJS.ErrnoException;
  const words = FOLDER_FAILURES[`${code} ${syscall}`] ?? FILE_FAILURES[code];
  if (words !== undefined) return words;
  // Node's message is, for example, "EMFILE: too many open files, open '/etc/nightlight'".
  const [, reason] = /^[A-Z0-9]+: ([^,]*),/.exec(messageOf(error)) ?? [];
  return reason === undefined ? messageOf(error) : `${reason} (${syscall || code})`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
