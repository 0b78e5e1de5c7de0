import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { loadConfig } from "../../server/setup/config";
import { parseOptions } from "../../server/setup/options";
import { Users } from "../../server/setup/users";
import { folderForAll } from "../support/folder";

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one of the project's commands, with `input` on its standard input. */
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

const dir = folderForAll();

describe("npm run user", () => {
  const user = (args: string[], input = "") =>
    run("boards/tools/user.ts", [...args, "--data", dir], input);

  it("adds, lists and removes users, and never shows a password", async () => {
    const password = "correct horse battery";
    const outputs = [
      await user(["list"]),
      await user(["add", "lamp-1"], `${password}\n`),
      await user(["add", "building", "--server"], password),
      await user(["add", "lamp-2", "--certificate"]),
      await user(["list"]),
      await user(["remove", "lamp-2"]),
    ];
    expect(outputs).toEqual([
      { code: 0, stdout: "No users yet: npm run user -- add ID\n", stderr: "" },
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
    [["add", "lamp-1"], "short\n", "password: too short, expected 8 characters or more"],
    [["add", "lamp-1"], "", "password: standard input has no line"],
    [
      ["add", "a/b"],
      "",
      'add: expected 1 to 64 characters, not . or .., no $ first, and none of + # / \\ *, control characters or lone surrogates, got "a/b"',
    ],
    [
      ["add", "lamp-1nightlight_client"],
      "",
      `add: expected a name that does not end in nightlight_client, got "lamp-1nightlight_client"`,
    ],
    [["remove", "nobody"], "", "nobody: no such user"],
    [
      ["list", "lamp-1", "lamp-2"],
      "",
      "expected add ID, list or remove ID; see npm run user -- --help",
    ],
    [["dance"], "", "expected add ID, list or remove ID; see npm run user -- --help"],
    [
      ["add", "x", "--bogus"],
      "",
      "Unknown option '--bogus'; expected one of --server, --certificate, --data",
    ],
  ])("reports in one line what is wrong with %j", async (args, input, message) => {
    const { code, stdout, stderr } = await user(args, input);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: `nightlight: ${message}\n`,
    });
  });
});

describe("npm start", () => {
  const options = (flags: string[]) => parseOptions(flags, loadConfig(), {});

  it("requires users before it listens to other machines", async () => {
    const empty = join(dir, "empty");
    const { code, stderr } = await run("server/main.ts", ["--listen", "0.0.0.0", "--data", empty]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `nightlight: --listen 0.0.0.0: nobody could log in; add a device with npm run user -- add ID --data ${empty}\n`,
    });
  });

  it.each([
    [["--listen", "a b"], /^--listen: expected an address .*, got "a b"/],
    [["--cert", "x.pem"], /^--cert: needs --cert and --key together$/],
    [["--ca", "missing.pem"], /^--ca missing.pem: does not exist$/],
    [
      ["--client-certs", "maybe"],
      /^--client-certs: expected no, optional or required, got "maybe"/,
    ],
    [["--client-certs", "required"], /^--client-certs required: needs --cert, --key and --ca$/],
    [["--mqtts-port", "8884"], /^--mqtts-port: needs --cert and --key$/],
    [["--plain-mqtt"], /^--plain-mqtt: needs --listen, --cert and --key$/],
    [["--plain-mqtt", "--listen", "0.0.0.0"], /^--plain-mqtt: needs --listen, --cert and --key$/],
    [["--limit", "colour=3"], /^--limit: expected NAME=NUMBER with one of pa.*, got "colour=3"/],
    [
      ["--limit", "connections=0"],
      /^--limit connections: expected a whole number from 1 to 1000000, got "0"$/,
    ],
    [
      ["--broker", "mqtt://b", "--limit", "connections=1"],
      /^--limit: is for the embedded broker, but the broker is mqtt:\/\/b:1883$/,
    ],
  ])("reports in one line what is wrong with %j", (flags, message) => {
    expect(() => options(flags)).toThrow(message);
  });

  it.each([
    ["mqtt://me:hunter22secret@host", /expected user and password in MQTT_USER/],
    ["mqtt//me:hunter22secret@host", /got "…@host"/],
    ["http://me:hunter22/secret@host", /got "…@host"/],
  ])("does not repeat a password that was typed into %s", (url, message) => {
    expect(() => options(["--broker", url])).toThrow(message);
    expect(() => options(["--broker", url])).not.toThrow("hunter22");
  });

  it("refuses a damaged users file", () => {
    const broken = join(dir, "broken");
    new Users(broken).set("x", { role: "device", password: null });
    writeFileSync(join(broken, "users.json"), '{"..":{"role":"device","password":null}}');
    expect(() => new Users(broken)).toThrow(/users.json: user: expected 1 to 64 .*, got "\.\."$/);
    for (const text of ["{", '{"a":{"role":"king","password":null}}', '{"a b":null}']) {
      writeFileSync(join(broken, "users.json"), text);
      expect(() => new Users(broken)).toThrow(
        /users.json:(1:2: not JSON: | user ".*" is malformed)/,
      );
    }
  });
});
