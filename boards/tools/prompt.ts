import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "../../server/base/user-error";

/** One line of standard input: from a terminal without showing it. */
export async function readPassword(prompt: string): Promise<string> {
  const terminal = process.stdin.isTTY;
  if (terminal) process.stderr.write(prompt);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silence, terminal });
  try {
    return await new Promise<string>((resolve, reject) => {
      // PowerShell begins what it pipes with a byte order mark.
      lines.once("line", (line) => resolve(line.replace(/^\ufeff/, "")));
      lines.once("SIGINT", () => reject(new UserError("nothing was changed")));
      lines.once("close", () => reject(new UserError("password: standard input has no line")));
    });
  } finally {
    lines.close();
    if (terminal) process.stderr.write("\n");
  }
}
