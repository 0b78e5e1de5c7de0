import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { SocketEvent } from "../../src/common/api";
import { ask } from "../support/ask";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";

const NAME_PATH = "/api/devices/test-1/name";
const NO_UTF_8 = Buffer.from('{"name":"Küche"}', "latin1");
const LONE_SURROGATE = '{"name":"\\ud800"}';

describe("HTTP beside the page", () => {
  let nightlight: Started;

  beforeAll(async () => {
    nightlight = await startNightlight();
  });

  afterAll(async () => {
    await nightlight.stop();
  });

  it("reports that it is well", async () => {
    const response = await fetch(`${nightlight.url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ ok: true, brokerConnected: true });
  });

  it("lists the simulated device", async () => {
    const response = await fetch(`${nightlight.url}/api/devices`);
    const [device] = (await response.json()) as Record<string, unknown>[];
    expect(device).toMatchObject({ id: "test-1", online: true, simulated: true, light: 652 });
    expect(Date.parse(String(device?.["lastSeen"]))).not.toBeNaN();
  });

  it("sets the simulated light and sends commands", async () => {
    expect((await nightlight.setLight("test-1", 120)).status).toBe(200);
    await until("the reading", async () => (await nightlight.device("test-1"))?.light === 120);
    await nightlight.setLight("test-1", 800);
    await until("LED off", async () => (await nightlight.device("test-1"))?.ledOn === false);
    expect((await nightlight.command("test-1", { led_on: true })).status).toBe(202);
    await until("sent", () =>
      nightlight.log.includes('Sending message: {"led_on":true} to test-1'),
    );
  });

  const put = (body: string | Uint8Array, path = "/api/devices/test-1/light") =>
    ["PUT", path, body] as [string, string, string | Uint8Array];
  it.each<[number, RegExp, [string, string, (string | Uint8Array)?]]>([
    [400, /^light: /, put('{"light":1024}')],
    [400, /^light: /, put('{"light":"5"}')],
    [400, /^light: /, put("{}")],
    [400, /^body: expected JSON$/, put("{light}")],
    [400, /^body: expected a JSON object$/, put("[1]")],
    [400, /^body: expected text in UTF-8 or UTF-16, got other bytes$/, put(NO_UTF_8, NAME_PATH)],
    [400, /^name: expected .* lone surrogates, got "\\ud800"$/, put(LONE_SURROGATE, NAME_PATH)],
    [413, /^body: /, put(`{"light":${"1".repeat(5000)}}`)],
    [404, /^no device nobody$/, put('{"light":5}', "/api/devices/nobody/light")],
    [400, /^device id: expected .*, got "a\/b"$/, put('{"light":5}', "/api/devices/a%2Fb/light")],
    [400, /^device id: expected .*, got ""$/, put('{"light":5}', "/api/devices//light")],
    [400, /^device id: expected .*, got "\\u0000"$/, put('{"light":5}', "/api/devices/%00/light")],
    [400, /^device id: /, put('{"light":5}', "/api/devices/%zz/light")],
    [405, /^expected PUT, got DELETE$/, ["DELETE", "/api/devices/test-1/light"]],
    [400, /^led_on: /, ["POST", "/api/devices/test-1/commands", '{"led_on":1}']],
    [405, /^expected POST, got GET$/, ["GET", "/api/devices/test-1/commands"]],
    [404, /^nothing at \/nowhere$/, ["GET", "/nowhere"]],
    [404, /^nothing at \/server\/main.ts$/, ["GET", "/../server/main.ts"]],
  ])("answers %i with %s", async (status, error, [method, path, body]) => {
    const response = await fetch(nightlight.url + path, { method, body });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toMatch(error);
  });

  it.each([
    ["/", 200],
    ["/page.js", 200],
    ["/style.css", 200],
    ["/healthz", 200],
    ["/metrics", 200],
    ["/api/devices", 200],
    ["/api/groups", 200],
    ["/api/events", 200],
    ["/api/devices/test-1/telemetry", 200],
    ["/api/devices/test-1/telemetry?format=csv", 200],
    ["/api/devices/test-1/light", 405],
    ["/api/devices/test-1/commands", 405],
    ["/mqtt", 426],
    ["/nowhere", 404],
  ])("answers HEAD %s with %i and no body", async (path, status) => {
    const response = await fetch(nightlight.url + path, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([status, ""]);
  });

  it("accepts a body with a byte order mark", async () => {
    const url = `${nightlight.url}/api/devices/test-1/light`;
    const answer = await fetch(url, { method: "PUT", body: '\ufeff{"light":640}' });
    expect([answer.status, await answer.json()]).toEqual([200, { light: 640 }]);
  });

  it("accepts devices' messages with a byte order mark, on each topic", async () => {
    const client = await connectAsync(nightlight.brokerUrl);
    const say = async (kind: string, text: string) =>
      await client.publishAsync(`marked/${kind}`, `\ufeff${text}`, { qos: 1 });
    await say("telemetry", '{"light":640}');
    await say("state", '{"led_on":true}');
    await say("status", "offline");
    const device = async () => await nightlight.device("marked");
    await until("all", async () => (await device())?.online === false);
    expect(await device()).toMatchObject({ light: 640, ledOn: true, state: { led_on: true } });
    expect((await device())?.health).toEqual([{ about: "offline", why: "said", sinceMs: null }]);
    await client.endAsync();
  });

  it("answers a device that reports, although its retained status is offline", async () => {
    const client = await connectAsync(nightlight.brokerUrl);
    const say = async (kind: string, text: string, retain = false) =>
      await client.publishAsync(`stuck/${kind}`, text, { qos: 1, retain });
    await say("status", "offline", true);
    await say("telemetry", '{"light":100}');
    await until("the answer", () =>
      nightlight.log.includes('Sending message: {"led_on":true} to stuck'),
    );
    expect((await nightlight.command("stuck", { led_on: false })).status).toBe(202);
    await until("sent", () =>
      nightlight.log.includes('Sending message: {"led_on":false} to stuck'),
    );
    await client.endAsync();
  });

  it("sends the same live events by WebSocket", async () => {
    const socket = new WebSocket(`${nightlight.url.replace("http", "ws")}/api/events`);
    const events: SocketEvent[] = [];
    socket.on("message", (data: Buffer) => events.push(JSON.parse(data.toString()) as SocketEvent));
    await until("a snapshot", () => events[0]?.event === "snapshot");
    await nightlight.setLight("test-1", 77);
    await until("the reading", () =>
      events.some(
        ({ event, data }) =>
          event === "changes" && data.readings.some(({ values }) => values["light"] === 77),
      ),
    );
    socket.terminate();
  });

  it("refuses requests from another site's page", async () => {
    const url = `${nightlight.url}/api/devices/test-1/light`;
    const crossSite = await status(url, { origin: "http://evil.example" });
    const rebound = await status(url, { host: "evil.example:80" });
    expect([crossSite, rebound]).toEqual([403, 403]);
  });

  it("streams events, starting with a snapshot", async () => {
    const response = await fetch(`${nightlight.url}/api/events`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = "";
    const untilStreamed = async (pattern: RegExp) => {
      while (!pattern.test(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended before ${String(pattern)}`);
        text += new TextDecoder().decode(value);
      }
    };
    await untilStreamed(/^event: snapshot\ndata: \{.*"decides":true.*"id":"test-1"/m);
    await nightlight.setLight("test-1", 33);
    await untilStreamed(
      /^event: changes\ndata: \{.*"readings":\[\{"id":"test-1","atMs":\d+,"values":\{"light":33\},"ledOn":(true|false)\}/m,
    );
    await untilStreamed(/^event: changes\ndata: .*"messages":.*test-1\/telemetry.*33/m);
    await reader.cancel();
  });

  it("carries MQTT over WebSocket at /mqtt", async () => {
    const client = await connectAsync(`${nightlight.url.replace("http", "ws")}/mqtt`);
    const received = new Promise((resolve) => {
      client.on("message", (topic) => resolve(topic));
    });
    await client.subscribeAsync("test-1/telemetry");
    await nightlight.setLight("test-1", 444);
    expect(await received).toBe("test-1/telemetry");
    await client.endAsync();
  });
});

async function status(url: string, headers: Record<string, string>): Promise<number> {
  return (await ask(url, headers, "PUT", '{"light":1}')).status;
}
