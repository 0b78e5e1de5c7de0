import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "../../server/base/user-error";

/** One line of standard input: from a terminal without showing it. */
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

/** One line from the person in front of the terminal. */
export async function readAnswer(question: string): Promise<string> {
  process.stdout.write(question);
  return await readLine(process.stdout, true, "standard input has ended");
}

/** @throws UserError if there is no line, or the person gives up with Ctrl+C */
async function readLine(
  output: NodeJS.WritableStream,
  terminal: boolean,
  none: string,
): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal });
  try {
    return await new Promise<string>((resolve, reject) => {
      // PowerShell begins what it pipes with a byte order mark.
      lines.once("line", (line) => resolve(line.replace(/^\ufeff/, "")));
      lines.once("SIGINT", () => reject(new UserError("nothing was changed")));
      lines.once("close", () => reject(new UserError(none)));
    });
  } finally {
    lines.close();
  }
}
