import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import type { TabLogin } from "../../server/base/tab-id";
import type { ProgramView } from "../../server/base/tab-program";
import { compileInProcess } from "../../server/compiler/compiler-process";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { folderForAll } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";

const SECRET = "the-secret-of-another";

describe("changed programs in tabs", () => {
  const dir = folderForAll();
  let nightlight: Started;
  let cookie: string;

  beforeAll(async () => {
    for (const name of ["secret", "secret.ts", "secret.json"])
      writeFileSync(join(dir, name), `export const secret = "${SECRET}";\n`);
    const security = { ...OPEN_ON_LOOPBACK, usersDir: dir, listen: "127.0.0.1" };
    nightlight = await startNightlight({ security, classroom: true, simulate: false });
    const joined = await fetch(nightlight.joinUrls[0] ?? "", { redirect: "manual" });
    cookie = (joined.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  });

  afterAll(async () => {
    await nightlight.stop();
  });

  async function ask(path: string, body: object, who = cookie): Promise<Response> {
    return await fetch(nightlight.url + path, {
      method: "POST",
      headers: { cookie: who },
      body: JSON.stringify(body),
    });
  }

  async function login(): Promise<TabLogin> {
    return (await (await ask("/api/tab-device", {})).json()) as TabLogin;
  }

  const reason = async (response: Response) => ((await response.json()) as { error: string }).error;

  it("show the one file that may be changed, to clients that have joined", async () => {
    const url = `${nightlight.url}/device/nightlight.ts`;
    const shown = await fetch(url, { headers: { cookie } });
    expect(await shown.text()).toBe(readFileSync(join(ROOT, "src/nightlight.ts"), "utf8"));
    expect((await fetch(url)).status).toBe(401);
    expect((await ask("/api/tab-program", {}, "")).status).toBe(401);
  });

  it.each([
    ["no login", {}, 400, "id, password: expected the login of a device in a tab"],
    [
      "another's id",
      { id: "tab-00000000", password: "x", source: "" },
      403,
      "id, password: not the login of a device in a tab",
    ],
  ])("are refused: %s", async (_what, body, status, words) => {
    const refused = await ask("/api/tab-program", body);
    expect([refused.status, await reason(refused)]).toEqual([status, words]);
  });

  it("are refused if they are not programs", async () => {
    const mine = await login();
    const none = await ask("/api/tab-program", mine);
    expect([none.status, await reason(none)]).toEqual([
      400,
      "source: expected the text of src/nightlight.ts",
    ]);
    const long = await ask("/api/tab-program", { ...mine, source: "x".repeat(64 * 1024 + 1) });
    expect([long.status, await reason(long)]).toEqual([
      413,
      "source: expected at most 65536 bytes",
    ]);
    const longer = await ask("/api/tab-program", { ...mine, source: "x".repeat(200_000) });
    expect([longer.status, await reason(longer)]).toEqual([
      413,
      "body: expected at most 131072 bytes",
    ]);
  });

  it("can read no file, and are compiled one at a time for each device", async () => {
    const mine = await login();
    const path = join(dir, "secret").replaceAll("\\", "/");
    const source = `
      /// <reference path="${path}.ts" />
      import a from "${path}.json"
      import { secret } from "${path}"
      import { secret as same } from "../../../../../../../../..${path}"
      import b from "../package.json"
      import c from "../.env.local"
      import * as fs from "fs"
      export const all = [a, secret, same, b, c, fs]`;
    const first = ask("/api/tab-program", { ...mine, source });
    let second = await ask("/api/tab-program", { ...mine, source });
    const answers = [await first, second];
    // The server may have handled either of the two requests first.
    const compiled = answers.find(({ status }) => status === 200);
    second = answers.find(({ status }) => status !== 200) ?? second;
    expect([second.status, await reason(second)]).toEqual([
      429,
      `${mine.id}: its program is already being compiled`,
    ]);
    const text = (await compiled?.text()) ?? "";
    const { errors } = JSON.parse(text) as Extract<ProgramView, { errors: unknown }>;
    const own = errors.filter(({ file }) => file === "src/nightlight.ts");
    expect(own.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    for (const { message } of own)
      expect(message).toMatch(/^(Cannot find|Cannot read|File '.*not)/);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(ROOT);
  });
});

it("without --classroom no program can be changed", async () => {
  const nightlight = await startNightlight({ simulate: false });
  for (const path of ["/device/nightlight.ts", "/device/editor.js"])
    expect((await fetch(nightlight.url + path)).status).toBe(404);
  const compiled = await fetch(`${nightlight.url}/api/tab-program`, { method: "POST", body: "{}" });
  expect(compiled.status).toBe(404);
  await nightlight.stop();
});

describe("the compiler's process", () => {
  const sources = { entry: "src/main.ts", files: { "src/main.ts": "console.log(1)\n" } };

  it.each([
    ["time", { limitMs: 1, heapMb: 256 }, "the compiler took longer than 0.001 s"],
    ["memory", { limitMs: 600_000, heapMb: 30 }, "the compiler ran out of its 30 MB of memory"],
  ])("has a limit for its %s", async (_what, bounds, words) => {
    const compiling = compileInProcess(sources, new AbortController().signal, bounds);
    await expect(compiling).rejects.toThrow(`The compile failed: ${words}`);
  });

  it("ends with the server", async () => {
    const stopping = new AbortController();
    const compiling = compileInProcess(sources, stopping.signal);
    stopping.abort();
    await expect(compiling).rejects.toThrow("aborted");
  });
});
