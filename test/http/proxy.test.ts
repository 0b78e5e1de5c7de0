import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { parseProxy } from "../../server/setup/proxy-options";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { launchBrowser, openTab } from "../page/browser";
import { folderForAll } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";
import { Proxy, type ProxyName } from "../support/proxy";

const LIGHT = "/nightlight/api/devices/nobody/light";
const PROXY = parseProxy({ "trust-proxy": ["127.0.0.1"], "base-path": "/nightlight/" });

describe.each<ProxyName>(["nginx", "caddy"])("behind %s, which terminates TLS", (name) => {
  const dir = folderForAll();
  let nightlight: Started;
  let proxy: Proxy;
  let token: string;
  let cookie: string;

  beforeAll(async () => {
    nightlight = await startNightlight({
      simulate: false,
      security: { ...OPEN_ON_LOOPBACK, usersDir: dir },
      proxy: PROXY,
    });
    token = readFileSync(join(dir, "token"), "utf8").trim();
    proxy = await Proxy.start(name, Number(new URL(nightlight.url).port));
  });

  afterAll(async () => {
    await proxy.stop();
    await nightlight.stop();
  });

  const logIn = (text: string, from?: string, headers: Record<string, string> = {}) =>
    proxy.ask("/nightlight/login", {
      method: "POST",
      from,
      headers: { origin: proxy.origin, ...headers },
      body: `token=${text}`,
    });

  it("asks for the token, and accepts it", async () => {
    const asked = await proxy.ask("/nightlight/");
    expect(asked.status).toBe(401);
    expect(asked.body).toContain('action="login"');
    const answer = await logIn(token);
    expect([answer.status, answer.headers["location"]]).toEqual([303, "./"]);
    const [set = ""] = answer.headers["set-cookie"] ?? [];
    expect(set).toMatch(/^__Secure-nightlight=[^;]+; Path=\/nightlight\/; .*; Secure$/);
    cookie = set.split(";")[0] ?? "";
    expect((await proxy.ask("/nightlight/api/devices", { headers: { cookie } })).body).toBe("[]\n");
  });

  it("accepts a request of its page, and refuses one of another site's", async () => {
    const put = (origin: string) =>
      proxy.ask(LIGHT, { method: "PUT", headers: { cookie, origin }, body: '{"light":1}' });
    expect((await put(proxy.origin)).body).toBe('{"error":"no device nobody"}\n');
    const other = await put("https://evil.example");
    expect(other.status).toBe(403);
    expect(other.body).toContain("Origin: expected this page's own, got https://evil.example");
  });

  it("redirects to the path with a slash at its end", async () => {
    const { status, headers } = await proxy.ask("/nightlight");
    expect([301, 302, 308]).toContain(status);
    expect(String(headers["location"])).toMatch(/\/nightlight\/$/);
  });

  it("passes live events on to clients that are logged in", async () => {
    const url = `wss://localhost:${proxy.port}/nightlight/api/events`;
    const open = (headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url, { headers, ca: proxy.ca });
        socket.on("message", (data: Buffer) => {
          resolve((JSON.parse(data.toString()) as { event: string }).event);
          socket.terminate();
        });
        socket.on("error", (error) => resolve(error.message));
      });
    expect(await open({ cookie, origin: proxy.origin })).toBe("snapshot");
    expect(await open({ origin: proxy.origin })).toContain("401");
    expect(await open({ cookie, origin: "https://evil.example" })).toContain("403");
  });

  it("gives proxy clients no access to a broker without logins", async () => {
    const { status } = await proxy.ask("/nightlight/mqtt", {
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
      },
    });
    expect(status).toBe(404);
  });

  it("locks out an address that guesses, whatever it claims, and no other", async () => {
    const guess = (i: number) => logIn("wrong", "127.0.0.2", { "x-forwarded-for": `192.0.2.${i}` });
    const answers = [];
    for (let i = 0; i < 22; i++) answers.push((await guess(i)).status);
    expect(answers.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
    expect(answers.slice(20)).toEqual([429, 429]);
    expect((await logIn(token, "127.0.0.3")).status).toBe(303);
  });

  it("shows the live page to a browser", async () => {
    const browser = await launchBrowser();
    const page = await openTab(browser, { ignoreHTTPSErrors: true });
    const streams: string[] = [];
    page.on("websocket", (socket) => streams.push(new URL(socket.url()).pathname));
    await page.goto(`${proxy.origin}/nightlight/`);
    await page.getByLabel("Token of this server").fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator('body[data-connection="live"]').waitFor();
    expect(new URL(page.url()).pathname).toBe("/nightlight/");
    expect(streams).toEqual(["/nightlight/api/events"]);
    await browser.close();
  });
});
