import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { TabLogin } from "../../server/base/tab-id";
import { qrCode } from "../../server/http/qr-code";
import { loadConfig } from "../../server/setup/config";
import { parseOptions } from "../../server/setup/options";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import type { ClassEvent } from "../../src/common/api";
import { folderForAll } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

describe("a class that joins", () => {
  const dir = folderForAll();
  let nightlight: Started;
  let joinPath: string;
  let cookie: string;

  beforeAll(async () => {
    nightlight = await startNightlight({
      classroom: true,
      simulate: false,
      security: { ...OPEN_ON_LOOPBACK, listen: "127.0.0.1", usersDir: dir },
    });
    joinPath = new URL(nightlight.joinUrls[0] ?? "").pathname;
  });

  afterAll(async () => {
    await nightlight.stop();
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

  it("joins with the code, in capital letters too, and sees the device page", async () => {
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
  ])("may not %s %s, which only the teacher may", async (method, path) => {
    expect((await get(path, { cookie }, method)).status).toBe(401);
  });

  it("gets no information with a wrong code, and the attempt is counted", async () => {
    const before = nightlight.rejections.totals().token;
    const answer = await get("/join/aaaaaaaa");
    expect(answer.status).toBe(403);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(nightlight.rejections.totals().token).toBe(before + 1);
    expect((await get("/device", { cookie: "nightlight-join=x" })).status).toBe(401);
    expect((await get("/device")).status).toBe(401);
  });

  it("is refused after too many wrong codes", async () => {
    let status = 0;
    for (let i = 0; i < 61 && status !== 429; i++) status = (await get("/join/b")).status;
    expect(status).toBe(429);
    // Clients that have joined keep their access.
    expect((await get("/device", { cookie })).status).toBe(200);
  });

  it("sees the teacher's actions, but may not take any", async () => {
    const token = readFileSync(join(dir, "token"), "utf8").trim();
    const authorization = `Bearer ${token}`;
    const url = `${nightlight.url.replace("http", "ws")}/device/class`;
    const stranger = new WebSocket(url);
    const refused = await new Promise<string>((resolve) =>
      stranger.once("error", ({ message }) => resolve(message)),
    );
    expect(refused).toContain("401");

    const login = await get("/api/tab-device", { cookie }, "POST");
    const { id, password } = (await login.json()) as TabLogin;
    const device = { clientId: id, username: id, password };
    const witness = await Witness.connect(nightlight.brokerUrl, `${id}/commands`, device);
    await witness.client.publishAsync(`${id}/telemetry`, '{"light":400}', { qos: 1 });
    await witness.untilSeen(`${id}/commands`, /led_on/);
    await witness.stop();
    const tab = new WebSocket(url, { headers: { cookie } });
    const heard: ClassEvent[] = [];
    tab.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString()) as ClassEvent));
    const untilHeard = (count: number) => until("an event", () => heard.length >= count);
    await untilHeard(2);

    const put = (body: unknown, headers: Record<string, string>) =>
      fetch(`${nightlight.url}/api/class`, { method: "PUT", headers, body: JSON.stringify(body) });
    expect((await put({ light: 20 }, { cookie })).status).toBe(401);
    expect((await put({ light: 20 }, { authorization })).status).toBe(200);
    await untilHeard(3);
    expect(await (await put({ networkCut: true }, { authorization })).json()).toEqual({
      light: 20,
      networkCut: true,
    });
    await untilHeard(4);
    for (const [body, error] of [
      [{ light: 1024 }, "light: expected a number from 0 to 1023, or null"],
      [{ light: "dark" }, "light: expected a number from 0 to 1023, or null"],
      [{ networkCut: 1 }, "networkCut: expected true or false"],
      [{ network: true }, 'body: expected light and networkCut, got "network"'],
    ] as const) {
      const answer = await put(body, { authorization });
      expect([answer.status, await answer.json()]).toEqual([400, { error }]);
    }
    const other = await fetch(`${nightlight.url}/api/class`, {
      method: "DELETE",
      headers: { authorization },
    });
    expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, PUT"]);
    expect(await other.json()).toEqual({ error: "expected GET or PUT, got DELETE" });
    const reset = (device: unknown) =>
      fetch(`${nightlight.url}/api/class/reset`, {
        method: "POST",
        headers: { authorization },
        body: JSON.stringify({ device }),
      });
    expect((await reset("desk-1")).status).toBe(400);
    expect((await reset("tab-00000000")).status).toBe(404);
    expect((await reset(id)).status).toBe(202);
    await untilHeard(5);
    expect(heard).toEqual([
      { kind: "room", room: { light: null, networkCut: false } },
      { kind: "program", mayChange: true },
      { kind: "room", room: { light: 20, networkCut: false } },
      { kind: "room", room: { light: 20, networkCut: true } },
      { kind: "reset", device: id },
    ]);
    tab.terminate();
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

it("without --classroom nobody can join", async () => {
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

  it("opens the server to other machines, and it has no device of its own", () => {
    expect(parse()).toMatchObject({ simulate: false, security: { listen: "0.0.0.0" } });
    expect(parse("--listen", "192.0.2.1").security.listen).toBe("192.0.2.1");
  });

  it.each([
    [["--broker", "mqtt://192.0.2.1"], "--classroom: needs the embedded broker"],
    [["--vscode"], "--classroom: cannot be combined with --vscode"],
  ])("refuses %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});

it("draws a square code, with rows of equal length", () => {
  const rows = qrCode("http://192.168.178.20:8080/join/abcd2345").split("\n");
  const width = rows[0]?.length ?? 0;
  expect(rows.every((row) => row.length === width)).toBe(true);
  // Each character of a row shows two modules of the code, one above the other.
  expect(Math.abs(width - 2 * rows.length)).toBeLessThanOrEqual(1);
});
