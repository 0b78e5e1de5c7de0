import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TabLogin } from "../../server/base/tab-id";
import { ownAddresses, qrCode } from "../../server/http/join-words";
import { loadConfig } from "../../server/setup/config";
import { parseOptions } from "../../server/setup/options";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { type Started, startNightlight } from "../support/nightlight";

describe("a class that joins", () => {
  let dir: string;
  let nightlight: Started;
  let joinPath: string;
  let cookie: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "nightlight-class-"));
    nightlight = await startNightlight({
      classroom: true,
      simulate: false,
      security: { ...OPEN_ON_LOOPBACK, listen: "127.0.0.1", usersDir: dir },
    });
    joinPath = new URL(nightlight.joinUrls[0] ?? "").pathname;
  });

  afterAll(async () => {
    await nightlight.stop();
    rmSync(dir, { recursive: true });
  });

  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(nightlight.url + path, {
      method,
      headers,
      redirect: "manual",
      ...(method === "GET" ? {} : { body: "{}" }),
    });

  it("has one address for each network, with a code that can be read out", () => {
    expect(nightlight.joinUrls).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/join\//),
    ]);
    expect(joinPath).toMatch(/^\/join\/[abcdefghijkmnpqrstuvwxyz23456789]{8}$/);
  });

  it("gets in by the code, in capital letters too, and lands on the device", async () => {
    const answer = await get(joinPath.toUpperCase().replace("/JOIN/", "/join/"));
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("../device");
    const set = answer.headers.get("set-cookie") ?? "";
    expect(set).toMatch(
      /^nightlight-join=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    );
    cookie = set.split(";")[0] ?? "";
    for (const path of ["/device", "/device/worker.js"])
      expect((await get(path, { cookie })).status).toBe(200);
    const login = await get("/api/tab-device", { cookie }, "POST");
    expect(((await login.json()) as TabLogin).id).toMatch(/^tab-/);
  });

  it.each([
    ["GET", "/api/devices"],
    ["GET", "/api/events"],
    ["GET", "/metrics"],
    ["GET", "/"],
    ["POST", "/api/devices/tab-00000000/commands"],
    ["DELETE", "/api/devices/tab-00000000"],
    ["GET", "/device/../api/devices"],
  ])("may not %s %s, which is the teacher's", async (method, path) => {
    expect((await get(path, { cookie }, method)).status).toBe(401);
  });

  it("learns nothing from a wrong code, and is counted", async () => {
    const before = nightlight.rejections.totals().token;
    const answer = await get("/join/aaaaaaaa");
    expect(answer.status).toBe(403);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(nightlight.rejections.totals().token).toBe(before + 1);
    expect((await get("/device", { cookie: "nightlight-join=x" })).status).toBe(401);
    expect((await get("/device")).status).toBe(401);
  });

  it("is stopped at the door after too many wrong codes", async () => {
    let status = 0;
    for (let i = 0; i < 61 && status !== 429; i++) status = (await get("/join/b")).status;
    expect(status).toBe(429);
    // Who is in already stays in.
    expect((await get("/device", { cookie })).status).toBe(200);
  });

  it("does not get the teacher's token by joining", async () => {
    const token = readFileSync(join(dir, "token"), "utf8").trim();
    const page = await (await get("/device", { cookie })).text();
    expect(page).not.toContain(token);
    expect(cookie).not.toContain(token);
    const answer = await get("/api/devices", { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(200);
  });
});

it("has no door without --classroom", async () => {
  const nightlight = await startNightlight({ simulate: false });
  expect(nightlight.joinUrls).toEqual([]);
  expect((await fetch(`${nightlight.url}/join/abcdefgh`)).status).toBe(404);
  await nightlight.stop();
});

describe("--classroom", () => {
  const parse = (...args: string[]) => {
    const options = parseOptions(["--classroom", ...args], loadConfig(), {});
    if (typeof options === "string") throw new Error(options);
    return options;
  };

  it("is for others, with no device of the server's own", () => {
    expect(parse()).toMatchObject({ simulate: false, security: { listen: "0.0.0.0" } });
    expect(parse("--listen", "192.0.2.1").security.listen).toBe("192.0.2.1");
  });

  it.each([
    [["--broker", "mqtt://192.0.2.1"], "--classroom: needs the embedded broker"],
    [["--vscode"], "--classroom: not together with --vscode"],
  ])("refuses %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});

it("finds the addresses of this machine", () => {
  expect(ownAddresses("192.0.2.7")).toEqual(["192.0.2.7"]);
  expect(ownAddresses("2001:db8::7")).toEqual(["[2001:db8::7]"]);
  expect(ownAddresses("0.0.0.0").length).toBeGreaterThan(0);
});

it("draws a code that is a square, each row as long as the others", () => {
  const rows = qrCode("http://192.168.178.20:8080/join/abcd2345").split("\n");
  const width = rows[0]?.length ?? 0;
  expect(rows.every((row) => row.length === width)).toBe(true);
  // Two modules of a column in each character.
  expect(Math.abs(width - 2 * rows.length)).toBeLessThanOrEqual(1);
});
