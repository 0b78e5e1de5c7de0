// The program that VS Code starts at F5. VS Code calls require() on this file in its own Node, so
// this file is CommonJS. The debugger itself runs in the computer's Node, for which the packages
// are installed.
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "../../..");
if (existsSync(join(root, "node_modules/tsx"))) {
  const args = ["--import", "tsx", "server/debug.ts"];
  const child = spawn("node", args, { cwd: root, stdio: "inherit" });
  child.on("error", ({ message }) => refuse(`Nightlight needs Node.js on the PATH: ${message}`));
  child.on("exit", (code) => process.exit(code ?? 1));
  // A program that is stopped in the debugger reacts only to SIGKILL.
  process.on("SIGTERM", () => {
    child.kill();
    setTimeout(() => child.kill("SIGKILL"), 3_000);
  });
} else refuse("Nightlight: run npm ci first");

/** Answers VS Code's first request, which has the number 1, so that VS Code shows the message. */
function refuse(message) {
  const error = { id: 1, format: message.replace(/[{}]/g, ""), showUser: true };
  const response = { type: "response", seq: 1, request_seq: 1, command: "initialize" };
  const body = JSON.stringify({ ...response, success: false, message, body: { error } });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
