/** A mistake that a person can mend: shown as its one-line message, never as a stack trace. */
export class UserError extends Error {}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
