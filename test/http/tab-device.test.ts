import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TabLogin } from "../../server/base/tab-id";
import { OPEN_ON_LOOPBACK, type Security } from "../../server/setup/security-options";
import { Users } from "../../server/setup/users";
import { deviceClientId } from "../../src/common/wire";
import { ask as send } from "../support/ask";
import { folderForAll } from "../support/folder";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";

const ID = /^tab-[0-9a-f]{8}$/;

describe.each(["open on loopback", "with a token"])("devices in tabs of a server %s", (which) => {
  const dir = folderForAll();
  let security: Security;
  let nightlight: Started;
  let authorization: Record<string, string>;

  beforeAll(async () => {
    security = { ...OPEN_ON_LOOPBACK, usersDir: dir };
    if (which === "with a token") {
      security.listen = "127.0.0.1";
      new Users(dir).set("lamp-1", { role: "device", password: null });
    }
    nightlight = await startNightlight({ security, simulate: false });
    authorization =
      which === "with a token"
        ? { authorization: `Bearer ${readFileSync(join(dir, "token"), "utf8").trim()}` }
        : {};
  });

  afterAll(async () => {
    await nightlight.stop();
  });

  async function login(body: unknown = {}): Promise<TabLogin> {
    const response = await fetch(`${nightlight.url}/api/tab-device`, {
      method: "POST",
      headers: authorization,
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as TabLogin;
  }

  function connect({ id, password }: TabLogin, clientId = deviceClientId(id)): Promise<MqttClient> {
    const url = `${nightlight.url.replace("http", "ws")}/mqtt`;
    const options = { clientId, username: id, password, reconnectPeriod: 0 };
    return connectAsync(url, options, false);
  }

  const refused = () => nightlight.rejections.totals().publish;

  it("gives each tab its own id, and the same id again to a tab that has one", async () => {
    const [first, second] = [await login(), await login()];
    expect(first.id).toMatch(ID);
    expect(second.id).not.toBe(first.id);
    expect(await login(first)).toEqual(first);
  });

  it.each([
    ["a wrong password", (login: TabLogin) => ({ ...login, password: "x".repeat(43) })],
    ["another's", (login: TabLogin, other: TabLogin) => ({ ...login, password: other.password })],
    ["an id of another kind", (login: TabLogin) => ({ ...login, id: "lamp-1" })],
    ["no strings", () => ({ id: 1, password: [] })],
  ])("gives a new id to a tab that shows %s", async (_what, shown) => {
    const [mine, other] = [await login(), await login()];
    const given = await login(shown(mine, other));
    expect(given.id).toMatch(ID);
    expect([mine.id, other.id]).not.toContain(given.id);
  });

  it("lets a tab publish only for its own id", async () => {
    const [mine, other] = [await login(), await login()];
    const tab = await connect(mine);
    await tab.publishAsync(`${mine.id}/telemetry`, '{"light":500}', { qos: 1 });
    const device = async (id: string) => {
      const devices = await fetch(`${nightlight.url}/api/devices`, { headers: authorization });
      return ((await devices.json()) as { id: string }[]).find((known) => known.id === id);
    };
    await until("its reading", async () => (await device(mine.id)) !== undefined);
    const [granted] = await tab.subscribeAsync(`${mine.id}/commands`);
    expect(granted?.qos).toBe(0);
    await expect(tab.subscribeAsync(`${other.id}/commands`)).rejects.toThrow();
    const before = refused();
    // The broker disconnects a client that publishes for another device.
    tab.publish(`${other.id}/telemetry`, '{"light":1}', { qos: 1 });
    await until("the refusal", () => refused() > before);
    expect(await device(other.id)).toBeUndefined();
    await tab.endAsync(true);
  });

  it("lets no tab use another tab's session", async () => {
    const [mine, other] = [await login(), await login()];
    await expect(connect(mine, deviceClientId(other.id))).rejects.toThrow();
    expect(nightlight.rejections.totals()["client-id"]).toBeGreaterThan(0);
  });

  it("does not accept a wrong password of a tab as a login", async () => {
    const tab = connect({ ...(await login()), password: "wrong" }, "a-client");
    // An open broker admits every client. Without a correct password, the user name grants no
    // rights.
    if (which === "open on loopback") await (await tab).endAsync(true);
    else await expect(tab).rejects.toThrow("Bad username or password");
  });

  it("lets tabs in again after a restart of the server", async () => {
    const mine = await login();
    await nightlight.stop();
    nightlight = await startNightlight({ security, simulate: false });
    expect(await login(mine)).toEqual(mine);
    const tab = await connect(mine);
    await tab.publishAsync(`${mine.id}/status`, "online", { qos: 1 });
    await tab.endAsync();
  });

  it("asks for the token when a tab is opened, if there is one", async () => {
    const page = await fetch(`${nightlight.url}/device`);
    const body = await page.text();
    if (which === "open on loopback") {
      expect(page.status).toBe(200);
      expect(page.headers.get("content-security-policy")).toContain("worker-src 'self'");
      expect(page.headers.get("content-security-policy")).not.toContain("eval");
      expect(page.headers.get("permissions-policy")).toMatch(/^camera=\(self\), microphone=\(\)/);
      const other = await fetch(`${nightlight.url}/device/page.js`);
      expect(other.headers.get("permissions-policy")).toMatch(/^camera=\(\), /);
    } else {
      expect(page.status).toBe(401);
      expect(body).toContain('name="next" type="hidden" value="device"');
      for (const path of ["device/worker.js", "device/program.devs", "device/machine.wasm"])
        expect((await fetch(`${nightlight.url}/${path}`)).status).toBe(401);
      const asked = await fetch(`${nightlight.url}/api/tab-device`, { method: "POST", body: "{}" });
      expect(asked.status).toBe(401);
    }
  });

  it.each([
    ["by https or from localhost", "gzip, deflate, br, zstd", 145_000],
    ["by http over a network", "gzip, deflate", 150_000],
  ])("sends little at a first visit %s", async (_how, encodings, most) => {
    const paths = [
      "",
      ...["style.css", "page.js", "worker.js", "machine.js"].map((name) => `/${name}`),
    ];
    const bytes = await Promise.all(
      [...paths, "/machine.wasm", "/program.devs"].map((path) =>
        bytesOf(`/device${path}`, encodings),
      ),
    );
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(most);
  });

  /** Returns the size of the compressed response, bytes. */
  async function bytesOf(path: string, encodings: string): Promise<number> {
    const headers = { ...authorization, "accept-encoding": encodings };
    const { status, bytes } = await send(`${nightlight.url}${path}`, headers);
    expect(status).toBe(200);
    return bytes;
  }

  it("sends each file compressed, and once", async () => {
    const ask = (more: Record<string, string> = {}) =>
      fetch(`${nightlight.url}/device/machine.wasm`, { headers: { ...authorization, ...more } });
    const first = await ask();
    expect(first.headers.get("content-encoding")).toBe("gzip");
    expect(first.headers.get("content-type")).toBe("application/wasm");
    expect(WebAssembly.validate(await first.arrayBuffer())).toBe(true);
    const again = await ask({ "if-none-match": first.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
  });
});

it("tabs can't be devices if the broker is elsewhere", async () => {
  const broker = await startNightlight({ simulate: false });
  const nightlight = await startNightlight({ simulate: false, brokerUrl: broker.brokerUrl });
  const page = await fetch(`${nightlight.url}/device`);
  expect(page.status).toBe(404);
  expect(await page.text()).toContain(
    "/device: this server has no embedded broker that browsers may use",
  );
  await nightlight.stop();
  await broker.stop();
});
