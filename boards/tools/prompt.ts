import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "../../server/base/user-error";

/** Reads one line of standard input. A terminal does not show the line. */
export async function readPassword(prompt: string): Promise<string> {
  const terminal = process.stdin.isTTY;
  if (terminal) process.stderr.write(prompt);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await readLine(silence, terminal, "password: standard input has no line");
  } finally {
    if (terminal) process.stderr.write("\n");
  }
}

/** Reads one line from the user at the terminal. */
export async function readAnswer(question: string): Promise<string> {
  process.stdout.write(question);
  return await readLine(process.stdout, true, "standard input has ended");
}

/** @throws UserError if there is no line, or the user presses Ctrl+C */
async function readLine(
  output: NodeJS.WritableStream,
  terminal: boolean,
  none: string,
): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal });
  try {
    return await new Promise<string>((resolve, reject) => {
      // PowerShell adds a byte order mark to the start of piped text.
      lines.once("line", (line) => resolve(line.replace(/^\ufeff/, "")));
      lines.once("SIGINT", () => reject(new UserError("nothing was changed")));
      lines.once("close", () => reject(new UserError(none)));
    });
  } finally {
    lines.close();
  }
}
