import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../server/firmware/paths";

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** One of the project's commands, with this on its standard input. */
function run(script: string, args: string[], input = ""): Promise<Outcome> {
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd: ROOT });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "nightlight-users-"));
});

afterAll(() => {
  rmSync(dir, { recursive: true });
});

describe("npm run user", () => {
  const user = (args: string[], input = "") =>
    run("server/users/command.ts", [...args, "--data", dir], input);

  it("adds, lists and removes users, and never says a password", async () => {
    const password = "correct horse battery";
    const outputs = [
      await user(["add", "lamp-1"], `${password}\n`),
      await user(["add", "building", "--server"], password),
      await user(["add", "lamp-2", "--certificate"]),
      await user(["list"]),
      await user(["remove", "lamp-2"]),
    ];
    expect(outputs).toEqual([
      { code: 0, stdout: "Added lamp-1, a device\n", stderr: "" },
      { code: 0, stdout: "Added building, a server\n", stderr: "" },
      { code: 0, stdout: "Added lamp-2, a device\n", stderr: "" },
      {
        code: 0,
        stdout:
          "building  server, by password\nlamp-1  device, by password\nlamp-2  device, by certificate\n",
        stderr: "",
      },
      { code: 0, stdout: "Removed lamp-2\n", stderr: "" },
    ]);
    expect(readFileSync(join(dir, "users.json"), "utf8")).not.toContain(password);
  });

  it.each([
    [["add", "lamp-1"], "short\n", "password: too short, allowed are 8 characters and more"],
    [["add", "lamp-1"], "", "password: standard input has no line"],
    [
      ["add", "a b"],
      "",
      `add: found "a b", allowed are letters, digits, '.', '_' and '-', at most 40`,
    ],
    [
      ["add", "lamp-1nightlight_client"],
      "",
      `add: found "lamp-1nightlight_client", but nightlight_client can't end a name`,
    ],
    [["remove", "nobody"], "", "nobody: no such user"],
    [["dance"], "", "allowed are add ID, list and remove ID; see npm run user -- --help"],
    [["add", "x", "--bogus"], "", "Unknown option '--bogus'; see npm run user -- --help"],
  ])("says in one line what is wrong with %j", async (args, input, message) => {
    const { code, stdout, stderr } = await user(args, input);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: `nightlight: ${message}\n`,
    });
  });
});

describe("npm start", () => {
  it.each([
    [
      ["--listen", "0.0.0.0"],
      /^nightlight: --listen 0.0.0.0: nobody could log in; add a device with npm run user -- add ID\n$/,
    ],
    [["--listen", "a b"], /^nightlight: --listen: found "a b", allowed is an address/],
    [["--cert", "x.pem"], /^nightlight: --cert: needs --cert and --key together\n$/],
    [["--ca", "missing.pem"], /^nightlight: --ca missing.pem: ENOENT.*\n$/],
    [
      ["--client-certs", "maybe"],
      /^nightlight: --client-certs: found "maybe", allowed is no, optional or required\n$/,
    ],
    [
      ["--client-certs", "required"],
      /^nightlight: --client-certs required: needs --cert, --key and --ca\n$/,
    ],
    [
      ["--limit", "colour=3"],
      /^nightlight: --limit: found "colour=3", allowed is NAME=NUMBER with one of packet-bytes, .*\n$/,
    ],
    [
      ["--limit", "connections=0"],
      /^nightlight: --limit connections: found "0", allowed is a whole number from 1 to 1000000\n$/,
    ],
    [
      ["--broker", "mqtt://b", "--limit", "connections=1"],
      /^nightlight: --limit: is for the embedded broker, but the broker is mqtt:\/\/b\n$/,
    ],
  ])("says in one line what is wrong with %j", async (flags, message) => {
    const empty = join(dir, "empty");
    const { code, stderr } = await run("server/main.ts", [...flags, "--data", empty]);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  it.each([
    ["mqtt://me:hunter22secret@host", "user and password go in .env.local"],
    ["mqtt//me:hunter22secret@host", 'found "…@host"'],
    ["http://me:hunter22/secret@host", 'found "…@host"'],
  ])("does not repeat a password that was typed into %s", async (url, message) => {
    const { stdout, stderr } = await run("server/main.ts", ["--broker", url]);
    expect(stderr).toContain(message);
    expect(stdout + stderr).not.toContain("hunter22");
  });

  it("refuses a users file that is broken", async () => {
    const broken = join(dir, "broken");
    await run("server/users/command.ts", ["add", "x", "--certificate", "--data", broken]);
    for (const text of ["{", '{"a":{"role":"king","password":null}}', '{"a b":null}']) {
      writeFileSync(join(broken, "users.json"), text);
      const { code, stderr } = await run("server/main.ts", ["--data", broken]);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^nightlight: \S+users.json: (not JSON: |user ".*" is malformed).*\n$/,
      );
    }
  });
});
