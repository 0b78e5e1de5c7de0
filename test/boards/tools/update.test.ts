import { chmodSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listen } from "../../../server/base/listen";
import { ROOT } from "../../../server/base/root";
import { folderForAll } from "../../support/folder";
import { type Outcome, Program } from "../../support/program";

const UPDATE = ["--import", "tsx", "boards/tools/update.ts"];

/**
 * Runs the command in its own process, against a server that answers as docs/http.md says, or
 * incorrectly.
 */
describe("npm run update", () => {
  const dir = folderForAll();
  const token = join(dir, "token");
  let server: Server;
  let origin: string;
  let asked: { authorization: string | undefined; method: string | undefined; body: string }[];
  /** The server's answers, in order. The last one is repeated. */
  let answers: [status: number, body: unknown][];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { method, headers } = request;
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        asked.push({ authorization: headers.authorization, method, body });
        const [status, answer] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, ""];
        response
          .writeHead(status)
          .end(typeof answer === "string" ? answer : JSON.stringify(answer));
      });
    });
    origin = `http://127.0.0.1:${await listen(server, "127.0.0.1", 0, "")}`;
  });

  afterAll(() => {
    server.close();
  });

  beforeEach(() => {
    asked = [];
    answers = [];
    rmSync(token, { force: true });
  });

  async function update(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
    const options = { cwd: ROOT, env: { NIGHTLIGHT_TOKEN: "", ...env } };
    return await new Program(process.execPath, [...UPDATE, ...args], options).end;
  }

  const updateDesk = (env?: Record<string, string>, at = origin) =>
    update(["--device", "desk-1", "--server", at, "--data", dir], env);

  function view(step: string, ...texts: string[]) {
    const lines = texts.map((text, i) => ({ atMs: 1_000 + 500 * i, text }));
    return {
      updates: [{ id: "desk-1", step, begunMs: 1_000, sinceMs: 1_000, lines }],
      fleet: null,
    };
  }

  const failure = (line: string) => ({ code: 1, stdout: "", stderr: `nightlight: ${line}\n` });

  it("reports each step once, and succeeds if the device confirms its program", async () => {
    writeFileSync(token, "a-token-of-twenty-letters\n", { mode: 0o600 });
    answers = [
      [202, { update: view("waiting", "begun").updates[0], isJoined: false }],
      [200, view("waiting", "begun")],
      [200, view("confirmed", "begun", "confirmed: it runs 427b134a, after 0.5 s")],
    ];
    expect(await updateDesk()).toEqual({
      code: 0,
      stdout: "  0.0 s  desk-1: begun\n  0.5 s  desk-1: confirmed: it runs 427b134a, after 0.5 s\n",
      stderr: "",
    });
    const authorization = "Bearer a-token-of-twenty-letters";
    expect(asked).toEqual([
      { authorization, method: "POST", body: '{"device":"desk-1"}' },
      { authorization, method: "GET", body: "" },
      { authorization, method: "GET", body: "" },
    ]);
  });

  it("exits with 1 if the update fails or is not started", async () => {
    const why = "src/main.ts does not compile: src/main.ts:49:7: Variable declaration expected.";
    answers = [
      [202, { update: view("waiting", "begun").updates[0], isJoined: true }],
      [200, view("failed", why)],
    ];
    expect(await updateDesk()).toEqual({
      code: 1,
      stdout: `An update is already running. Its next steps:\n  0.0 s  desk-1: ${why}\n`,
      stderr: "",
    });
    answers = [[409, { error: "no device desk-1" }]];
    expect(await updateDesk()).toEqual(failure("no device desk-1"));
    answers = [
      [202, { isJoined: false }],
      [200, { updates: [], fleet: null }],
    ];
    expect(await updateDesk()).toEqual(
      failure("desk-1: the server no longer has an update for this device"),
    );
  });

  it("names the devices that are left out, and why the others were stopped", async () => {
    const fleet = { waves: [["desk-1"], ["desk-2"]], wave: 0, downgrade: false };
    const left = ["tab-1: it takes no update"];
    const why = "not confirmed in 120 s";
    answers = [
      [202, { fleet, isJoined: false }],
      [200, { ...view("failed", why), fleet: { ...fleet, step: "stopped", why, left } }],
    ];
    expect(await update(["--all", "--server", origin, "--data", dir])).toEqual({
      code: 1,
      stdout:
        `Not updated: tab-1: it takes no update\n  0.0 s  desk-1: ${why}\nStopped: ${why}\n` +
        "2 of 2 devices keep their old program.\n",
      stderr: "",
    });
  });

  it.each([
    [[], "expected --device ID, --group NAME or --all"],
    [["--device", "desk-1", "--all"], "expected only one of --device, --group and --all"],
  ])("needs one target, got %j", async (args, line) => {
    expect(await update(args)).toEqual(failure(line));
  });

  it("cancels an update, and ends if another client cancels it", async () => {
    answers = [[200, { update: view("cancelled", "cancelled").updates[0] }]];
    const cancel = ["--device", "desk-1", "--cancel", "--server", origin, "--data", dir];
    expect(await update(cancel)).toEqual({ code: 0, stdout: "Cancelled.\n", stderr: "" });
    expect(asked).toEqual([
      { authorization: undefined, method: "DELETE", body: '{"device":"desk-1"}' },
    ]);
    answers = [[409, { error: "desk-1: its update is over" }]];
    expect(await update(cancel)).toEqual(failure("desk-1: its update is over"));
    answers = [
      [202, { isJoined: false }],
      [200, view("cancelled", "begun", "cancelled")],
    ];
    expect(await updateDesk()).toEqual({
      code: 1,
      stdout: "  0.0 s  desk-1: begun\n  0.5 s  desk-1: cancelled\n",
      stderr: "",
    });
  });

  it("sends new settings, and reports the result", async () => {
    const set = ["--device", "desk-1", "--set", "BROKER=mqtt://lamp.lan", "--set", "MQTT_PWD=a=b"];
    const run = () => update([...set, "--server", origin, "--data", dir]);
    const before = { taken_back: "settings: no reading arrived in 120 s" };
    const says = (state: object): [number, unknown] => [
      200,
      [{ id: "desk-1", online: true, state }],
    ];
    answers = [[202, { n: 7 }], says(before), says({ trial: true }), says({ set: 7 })];
    const [sent, kept] = [
      "desk-1: sent; the device is trying them\n",
      "desk-1: kept: a reading has arrived\n",
    ];
    expect(await run()).toEqual({ code: 0, stdout: sent + kept, stderr: "" });
    const body = '{"do":"set","set":{"BROKER":"mqtt://lamp.lan","MQTT_PWD":"a=b"}}';
    expect(asked[0]).toMatchObject({ method: "POST", body });
    answers = [[202, { n: 8 }], says(before), says({ trial: true }), says(before)];
    const back = `desk-1: taken back: ${before.taken_back}\n`;
    expect(await run()).toEqual({ code: 1, stdout: sent + back, stderr: "" });
    answers = [[202, { n: 9 }], says({ refused: "9: BROKER: expected a port" })];
    const refused = "desk-1: refused by the device: BROKER: expected a port\n";
    expect(await run()).toEqual({ code: 1, stdout: sent + refused, stderr: "" });
    answers = [[400, { error: "ID: expected one of BROKER" }]];
    expect(await run()).toEqual(failure("ID: expected one of BROKER"));
  });

  it("asks for the password of another Wi-Fi, and never shows it", async () => {
    const wifi = ["--device", "desk-1", "--wifi", "shed", "--server", origin, "--data", dir];
    const run = async (typed: string, more: string[] = []): Promise<Outcome> => {
      const options = { cwd: ROOT, env: { NIGHTLIGHT_TOKEN: "" } };
      const program = new Program(process.execPath, [...UPDATE, ...wifi, ...more], options);
      program.type(typed);
      return await program.end;
    };
    const kept = [200, [{ id: "desk-1", online: true, state: { set: 7 } }]] as [number, unknown];
    answers = [[202, { n: 7 }], kept];
    const stdout = "desk-1: sent; the device is trying them\ndesk-1: kept: a reading has arrived\n";
    const done = { code: 0, stdout, stderr: "" };
    expect(await run("good night\n", ["--set", "BROKER=mqtt://lamp.lan"])).toEqual(done);
    const set = { BROKER: "mqtt://lamp.lan", WIFI_SSID: "shed", WIFI_PWD: "good night" };
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ do: "set", set });
    const why = "desk-1: could not go back to the Wi-Fi that it has";
    answers = [[409, { error: why }]];
    expect(await run("\n")).toEqual(failure(why));
    expect(await run("\n", ["--cancel"])).toEqual(
      failure("--wifi: needs --device ID, and no --cancel or --downgrade"),
    );
  });

  it("reports that another program answers", async () => {
    const foreign = failure(`the program at ${origin}/api/updates is not a Nightlight server`);
    const others: typeof answers = [
      [200, "<h1>It works!</h1>"],
      [200, "null"],
      [401, { message: "Unauthorized" }],
    ];
    for (const answer of others) {
      answers = [answer];
      expect(await updateDesk()).toEqual(foreign);
    }
    answers = [
      [202, { isJoined: false }],
      [200, { updates: 0 }],
    ];
    expect(await updateDesk()).toEqual(foreign);
  });

  it("reports why there is no answer", async () => {
    const nothing = (url: string, why: string) =>
      failure(`no nightlight server answers at ${url} (${why}): is it started with npm start?`);
    const broker = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(Buffer.from([0x20, 2, 0, 0])));
    });
    const url = `http://127.0.0.1:${await listen(broker, "127.0.0.1", 0, "")}`;
    expect(await updateDesk({}, url)).toEqual(nothing(url, "HPE_INVALID_CONSTANT"));
    await new Promise((resolve) => broker.close(resolve));
    expect(await updateDesk({}, url)).toEqual(nothing(url, "ECONNREFUSED"));
    const tls = origin.replace("http:", "https:");
    const { code, stderr } = await updateDesk({}, tls);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^nightlight: no nightlight server answers at https:\S+ \(\w+\): is it started with npm start\?\n$/,
    );
  });

  it("names the source of a refused token, or reports that there is none", async () => {
    answers = [[401, { error: "a token is needed: Authorization: Bearer TOKEN" }]];
    expect(await updateDesk()).toEqual(
      failure(
        `${origin} requires its token, but there is no ${token}: ` +
          "set NIGHTLIGHT_TOKEN, or use --data DIR",
      ),
    );
    writeFileSync(token, "the-token-of-another-server\n", { mode: 0o600 });
    expect(await updateDesk()).toEqual(failure(`${origin} refused the token in ${token}`));
    expect(await updateDesk({ NIGHTLIGHT_TOKEN: "wrong" })).toEqual(
      failure(`${origin} refused the token in NIGHTLIGHT_TOKEN`),
    );
    expect(asked.map(({ authorization }) => authorization)).toEqual([
      undefined,
      "Bearer the-token-of-another-server",
      "Bearer wrong",
    ]);
    expect(await updateDesk({ NIGHTLIGHT_TOKEN: "nächtlich" })).toEqual(
      failure("NIGHTLIGHT_TOKEN: expected a token of printable ASCII characters"),
    );
  });

  it("warns of a token that others can read, and reports in one line if it is a folder", async () => {
    writeFileSync(token, "a-token-of-twenty-letters\n");
    chmodSync(token, 0o644);
    answers = [[409, { error: "no device desk-1" }]];
    const warning = `nightlight: warning: ${token}: other users can access it (mode 644); run chmod 600 ${token}\n`;
    // On Windows the file mode does not show who can read the file.
    const warned = process.platform === "win32" ? "" : warning;
    expect((await updateDesk()).stderr).toBe(`${warned}nightlight: no device desk-1\n`);
    rmSync(token);
    mkdirSync(token);
    expect(await updateDesk()).toEqual(failure(`${token}: expected a file, got a folder`));
    rmdirSync(token);
  });

  it("shows its options, and names the wrong one", async () => {
    const { code, stdout, stderr } = await update(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const option of [
      "device",
      "group",
      "all",
      "downgrade",
      "cancel",
      "server",
      "data",
      "help",
    ])
      expect(stdout).toContain(`  --${option} `);
    expect(await update(["--device", ""])).toEqual(failure("--device: expected a device's id"));
  });
});
