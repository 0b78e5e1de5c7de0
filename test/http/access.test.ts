import { readFileSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { pageToken } from "../../server/http/token";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { Users } from "../../server/setup/users";
import { ask } from "../support/ask";
import { folderForAll } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";

/**
 * Asks for a WebSocket.
 * @returns 101, or the status with which the upgrade was refused
 */
function upgrade(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/mqtt`, "mqtt", { headers });
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("unexpected-response", (outgoing, response) => {
      outgoing.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on("error", () => undefined);
  });
}

describe("page and API with a token", () => {
  const dir = folderForAll();
  let nightlight: Started;
  let token: string;
  let cookie: string;

  beforeAll(async () => {
    new Users(dir).set("lamp-1", { role: "device", password: null });
    nightlight = await startNightlight({
      security: { ...OPEN_ON_LOOPBACK, listen: "127.0.0.1", usersDir: dir },
    });
    token = readFileSync(join(dir, "token"), "utf8").trim();
  });

  afterAll(async () => {
    await nightlight.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    ask(nightlight.url + path, headers);

  it("create a token that only its owner can read, and log where it is", () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(statSync(join(dir, "token")).mode & 0o777).toBe(0o600);
    expect(nightlight.log).toContain(`Page and API require the token in ${join(dir, "token")}`);
    expect(nightlight.log.join("\n")).not.toContain(token);
    expect(pageToken(dir, undefined).token).toBe(token);
    expect(() => pageToken(dir, "short")).toThrow(
      "NIGHTLIGHT_TOKEN: too short, expected 20 characters or more",
    );
  });

  it.each(["/api/devices", "/api/events", "/metrics", "/page.js", "/style.css", "/nowhere"])(
    "answer %s with 401 if the token is missing",
    async (path) => {
      const { status, body } = await get(path);
      expect(status).toBe(401);
      expect(body).toBe('{"error":"a token is needed: Authorization: Bearer TOKEN"}\n');
      expect(nightlight.log).toContain(`Refused (token): 127.0.0.1: GET ${path}: no token`);
    },
  );

  it.each([
    ["PUT", "/api/devices/test-1/light", '{"light":1}'],
    ["POST", "/api/devices/test-1/commands", '{"led_on":true}'],
  ])("change nothing by %s %s without the token", async (method, path, body) => {
    expect((await ask(nightlight.url + path, {}, method, body)).status).toBe(401);
    const sent = nightlight.log.filter((line) => line.startsWith("Sending message"));
    expect(sent.filter((line) => line.includes("true"))).toEqual([]);
  });

  async function refusals(): Promise<number> {
    const { body } = await get("/metrics", { authorization: `Bearer ${token}` });
    const sample = /^nightlight_rejections_total\{reason="token"\} (\d+)$/m.exec(body);
    return Number(sample?.[1]);
  }

  it.each(["Bearer wrong", "Bearer", "Basic d3Jvbmc6", "bearer  "])(
    "refuse the authorization %j, and count it once",
    async (authorization) => {
      const before = await refusals();
      expect((await get("/api/devices", { authorization })).status).toBe(401);
      expect(await refusals()).toBe(before + 1);
    },
  );

  it("accept a program that sends the token", async () => {
    const { status, body } = await get("/api/devices", { authorization: `Bearer ${token}` });
    expect(status).toBe(200);
    expect(body).toContain('"id":"test-1"');
  });

  it("tell a monitor without the token only that the server is well", async () => {
    const { status, body } = await get("/healthz");
    expect({ status, body }).toEqual({ status: 200, body: '{"ok":true,"brokerConnected":true}\n' });
  });

  it("ask a browser for the token, but not in its address", async () => {
    const { status, headers, body } = await get(`/?token=${token}`);
    expect(status).toBe(401);
    expect(body).toContain('<form method="post" action="login">');
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(headers["referrer-policy"]).toBe("same-origin");
    expect(body).not.toContain(token);
  });

  const login = (text: string, headers: Record<string, string> = {}) =>
    ask(
      `${nightlight.url}/login`,
      { "content-type": "application/x-www-form-urlencoded", ...headers },
      "POST",
      new URLSearchParams({ token: text }).toString(),
    );

  it("give a browser a cookie that no script and no other site can use", async () => {
    const { status, headers } = await login(token, { origin: nightlight.url });
    expect(status).toBe(303);
    expect(headers.location).toBe("./");
    const set = headers["set-cookie"]?.[0] ?? "";
    expect(set).toMatch(
      /^nightlight=\d+\.[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    );
    expect(set).not.toContain(token);
    cookie = set.split(";")[0] ?? "";
    expect((await get("/", { cookie })).status).toBe(200);
    expect((await get("/api/devices", { cookie: `a=b; ${cookie}` })).status).toBe(200);
  });

  it("send live events to a browser that is logged in", async () => {
    const response = await fetch(`${nightlight.url}/api/events`, { headers: { cookie } });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    await response.body?.cancel();
  });

  it.each([
    ["a wrong token", () => login("wrong"), 401],
    ["no token", () => login(""), 401],
    ["a form of another site", () => login(token, { origin: "http://evil.example" }), 403],
    ["a form of no site", () => login(token, { origin: "null" }), 403],
    ["a giant form", () => login("x".repeat(5000)), 413],
  ])("refuse a login with %s", async (_what, attempt, code) => {
    const { status, headers } = await attempt();
    expect(status).toBe(code);
    expect(headers["set-cookie"]).toBeUndefined();
  });

  it("refuse cookies that the server did not make, or that have expired", async () => {
    const [expires = "", seal = ""] = cookie.slice("nightlight=".length).split(".");
    const forged = [`${Number(expires) + 1}.${seal}`, `${expires}.${"A".repeat(43)}`, "", "."];
    for (const value of forged)
      expect((await get("/api/devices", { cookie: `nightlight=${value}` })).status).toBe(401);
  });

  it.each<[string, Record<string, string>]>([
    ["another site", { origin: "http://evil.example" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["a sandboxed frame", { origin: "null" }],
    ["a script tag elsewhere", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    ["an image on a neighbour", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }],
  ])("refuse requests from %s, with or without the token", async (_what, headers) => {
    const { status } = await get("/api/devices", { ...headers, cookie });
    expect(status).toBe(403);
    expect(await upgrade(nightlight.url, { ...headers, cookie })).toBe(403);
    const lines = nightlight.log.filter((line) => line.startsWith("Refused (cross-site): 127.0"));
    expect(lines.length).toBeGreaterThan(0);
  });

  it("allow a link from another site to the page", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await get("/", headers)).status).toBe(401);
    expect(await upgrade(nightlight.url, { origin: nightlight.url })).toBe(101);
  });

  it("refuse further guesses for a minute after twenty", async () => {
    const statuses = [];
    for (let i = 0; i < 25; i++) statuses.push((await login(`guess ${i}`)).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await login(token)).status).toBe(429);
    expect(nightlight.log).toContain(
      "Refused (token-rate): 127.0.0.1: POST /login: too many wrong tokens",
    );
    // A lock-out after failed logins must not affect clients that are logged in.
    expect((await get("/api/devices", { cookie })).status).toBe(200);
  });
});

describe("page and API on loopback only", () => {
  let nightlight: Started;

  beforeAll(async () => {
    nightlight = await startNightlight({ simulate: false });
  });

  afterAll(async () => {
    await nightlight.stop();
  });

  it.each<[string, Record<string, string>]>([
    ["a name that was re-pointed here", { host: "evil.example" }],
    ["such a name with its origin", { host: "evil.example", origin: "http://evil.example" }],
    ["another site", { origin: "https://evil.example" }],
  ])("refuse %s, also the upgrade to MQTT", async (_what, headers) => {
    expect((await ask(`${nightlight.url}/api/devices`, headers)).status).toBe(403);
    expect(await upgrade(nightlight.url, headers)).toBe(403);
    expect(nightlight.log.join("\n")).toContain("Refused (cross-site): 127.0.0.1: GET /mqtt: ");
  });

  it("answer giant headers with 431, and invalid HTTP with 400", async () => {
    expect((await ask(nightlight.url, { x: "x".repeat(20_000) })).status).toBe(431);
    const socket = createConnection(Number(new URL(nightlight.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write("\u0000\u0001\r\n\r\n");
    await until("an answer", () => answer.startsWith("HTTP/1.1 400"));
    socket.destroy();
  });

  it("wait at most ten seconds for a client's headers", async () => {
    const socket = createConnection(Number(new URL(nightlight.url).port), "127.0.0.1");
    let closed = false;
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.on("close", () => (closed = true));
    socket.write("GET /api/devices HTTP/1.1\r\nHost: localhost\r\n");
    const trickle = setInterval(() => socket.write("X-Slow: 1\r\n"), 500);
    socket.on("error", () => undefined);
    const startMs = Date.now();
    await until("it is cut off", () => closed);
    clearInterval(trickle);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    // The server's own limit must apply before Node's default of 60 s, which would close the
    // connection in the same way.
    expect(Date.now() - startMs).toBeLessThan(55_000);
  });

  it("load resources only from themselves, and cannot be framed", async () => {
    const { headers, body } = await ask(nightlight.url);
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["permissions-policy"]).toBe("camera=(), microphone=(), geolocation=()");
    expect(body).not.toMatch(/(src|href)="?(https?:)?\/\//);
  });
});
