import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { DEFAULT_LIMITS } from "../../server/setup/broker-limits";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import type { ChangesView, SocketEvent } from "../../src/common/api";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { Tab } from "./browser";
import { browser, nightlight, usePage } from "./world";

const COUNT = 30;
const HOSTILE_ID = "<img src=x onerror=alert(1)>";

describe("the page of many devices", () => {
  let witness: Witness;

  // Each device reports only once. With the usual limit, all devices would be offline by now on a
  // slow machine.
  usePage({ simulate: false, decide: false }, { offlineAfterMs: { "*": 3_600_000 } });
  beforeAll(async () => {
    witness = await Witness.connect(nightlight.brokerUrl);
    for (let i = 1; i < COUNT; i++)
      await witness.publish(`light-${i}/telemetry`, JSON.stringify({ light: i * 30 }));
    await witness.publish(`${HOSTILE_ID}/telemetry`, '{"light":5}');
    await until("all", async () => (await nightlight.device(HOSTILE_ID)) !== undefined);
  });

  afterAll(async () => {
    await witness.stop();
  });

  it("lists them in order and opens the selected one", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const { page } = tab;
    const entries = page.getByRole("navigation", { name: "Devices" }).getByRole("button");
    expect(await entries.count()).toBe(COUNT);
    const names = await entries.locator(".name").allInnerTexts();
    expect(names).toContain(HOSTILE_ID);
    expect(names.indexOf("light-10")).toBeGreaterThan(names.indexOf("light-9"));

    await entries.filter({ hasText: /^light-7/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "light-7" }).waitFor();
    expect(await page.locator("#level").innerText()).toBe("210");
    expect(await page.locator("#device-kind").innerText()).toBe("not simulated");
    expect(await page.getByRole("slider").isVisible()).toBe(false);
    expect(await page.locator("#decider").innerText()).toBe("This server does not decide.");
    await tab.untilLed("LED unknown");
    await page.getByRole("button", { name: "LED on" }).and(page.locator("#led-on")).click();
    await tab.untilLed("LED on");

    // After a reload, the selected device is still selected.
    await page.reload();
    await page.getByRole("heading", { name: "light-7" }).waitFor();
    await tab.untilLed("LED on");
    await tab.close();
  });

  it("finds them by name", async () => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=light-3`);
    const { page } = tab;
    const navigation = page.getByRole("navigation", { name: "Devices" });
    const names = navigation.locator("li:visible .name");
    const search = page.getByRole("searchbox", { name: "Search devices by name" });
    await search.fill("LIGHT-2");
    expect(await names.allInnerTexts()).toEqual(
      [2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29].map((number) => `light-${number}`),
    );
    expect(await page.locator("#devices-count").innerText()).toBe(`11 of ${COUNT}`);
    // The search result stays while devices report, and the opened device stays open.
    await witness.publish("light-5/telemetry", '{"light":151}');
    await witness.publish("light-20/telemetry", '{"light":601}');
    await navigation.locator("li", { hasText: "601" }).waitFor();
    expect(await names.count()).toBe(11);
    expect(await page.locator("#device-id").innerText()).toBe("light-3");

    await search.fill("light-29");
    await search.press("Enter");
    await page.getByRole("heading", { name: "light-29" }).waitFor();
    await search.fill("nobody");
    await page.getByText("No device matches.").waitFor();
    expect(await names.count()).toBe(0);
    await search.fill("");
    expect(await names.count()).toBe(COUNT);
    await tab.close();
  });

  it("shows only offline devices, or another order", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const names = tab.page.locator("#device-list .name");
    await tab.page.getByRole("combobox", { name: "Order" }).selectOption("Darkest first");
    expect((await names.allInnerTexts()).slice(0, 3)).toEqual([HOSTILE_ID, "light-1", "light-2"]);
    await witness.publish("light-27/status", "offline");
    await tab.page.getByRole("combobox", { name: "Show which" }).selectOption("Offline");
    await tab.page.getByText(`1 of ${COUNT}`).waitFor();
    expect(await names.allInnerTexts()).toEqual(["light-27"]);
    await witness.publish("light-27/status", "online");
    await tab.page.getByText("No device matches.").waitFor();
    await tab.close();
  });

  it("updates only the row of the device that has reported", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const rows = tab.page.locator("#device-list > li");
    await tab.page.evaluate(() => {
      const touched = new Set<string>();
      Object.assign(window, { touched });
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const row = (target instanceof Element ? target : target.parentElement)?.closest("li");
          touched.add(row?.querySelector(".name")?.textContent ?? "the list");
        }
      }).observe(document.querySelector("#device-list") as Element, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    });
    await witness.publish("light-11/telemetry", '{"light":333}');
    await rows.filter({ hasText: "333" }).waitFor();
    const touched = await tab.page.evaluate(() => [
      ...(window as unknown as { touched: Set<string> }).touched,
    ]);
    expect(touched).toEqual(["light-11"]);
    await tab.close();
  });

  it("shows the messages of all devices, or of the opened one", async () => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=light-3`);
    const { page } = tab;
    const topics = page.locator("#message-list .topic");
    await topics.filter({ hasText: "light-29/telemetry" }).first().waitFor();
    await page.getByRole("checkbox", { name: "this device only" }).check();
    await topics.filter({ hasText: "light-29/telemetry" }).waitFor({ state: "detached" });
    expect(new Set(await topics.allInnerTexts())).toEqual(new Set(["light-3/telemetry"]));
    await tab.close();
  });

  it("fits a phone", async () => {
    const tab = await Tab.open(browser, nightlight.url, { viewport: { width: 360, height: 740 } });
    expect(await tab.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const list = await tab.page.locator("#devices").boundingBox();
    expect(list?.height).toBeLessThan(300);
    await tab.close();
  });
});

describe("the page of a thousand devices that all report", () => {
  const MANY = 1_000;
  let witness: Witness;
  let speaking: NodeJS.Timeout;

  const limits = { ...DEFAULT_LIMITS, "packets-per-second": 1_000_000 };
  usePage({ simulate: false, security: { ...OPEN_ON_LOOPBACK, limits } });
  beforeAll(async () => {
    witness = await Witness.connect(nightlight.brokerUrl, "nothing");
    let turn = 0;
    speaking = setInterval(() => {
      for (let i = 0; i < MANY / 10; i++) {
        const number = turn++ % MANY;
        const light = (number + Math.floor(turn / MANY)) % 1_024;
        void witness.publish(`light-${number}/telemetry`, `{"light":${light},"led_on":false}`);
      }
    }, 100);
    await until("all", async () => {
      const devices = await fetch(`${nightlight.url}/api/devices`);
      return ((await devices.json()) as unknown[]).length === MANY;
    });
  });

  afterAll(async () => {
    clearInterval(speaking);
    await witness.stop();
  });

  it("has elements only for visible devices, and finds the others by scrolling and search", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const { page } = tab;
    const rows = page.locator("#device-list > li");
    await page.locator("#devices-count", { hasText: String(MANY) }).waitFor();
    expect(await rows.count()).toBeLessThan(150);
    const list = page.locator("#device-scroll");
    const height = await list.evaluate((element) => element.scrollHeight);
    expect(height).toBeGreaterThan(MANY * 40);
    await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await rows.filter({ hasText: "light-999" }).waitFor();
    expect(await rows.last().getAttribute("aria-posinset")).toBe(String(MANY));
    expect(await rows.count()).toBeLessThan(150);
    expect(await list.evaluate((element) => element.scrollHeight)).toBe(height);

    await page.getByRole("searchbox").pressSequentially("light-77");
    await page.locator("#devices-count", { hasText: `11 of ${MANY}` }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "light-77", exact: true }).waitFor();
    await page.locator("#chart[aria-label*='between']").waitFor();
    await tab.close();
  });

  it("receives values only of the devices that it watches", async () => {
    const socket = new WebSocket(`${nightlight.url.replace("http", "ws")}/api/events`);
    const events: SocketEvent[] = [];
    socket.on("message", (data: Buffer) => events.push(JSON.parse(data.toString()) as SocketEvent));
    const changes = () =>
      events.flatMap((message) => (message.event === "changes" ? [message.data] : []));
    const readings = () => changes().flatMap((change) => change.readings);
    await until("the readings of all", () => readings().length > MANY / 5);
    socket.send('{"watch":["light-5","light-6"]}');
    // The answer contains only these two devices. Earlier readings of other devices may follow in
    // one more event.
    const isAnswer = ({ devices, messages }: ChangesView) =>
      messages.length === 0 && devices.every(({ id }) => /^light-[56]$/.test(id));
    await until("both", () => changes().some(isAnswer));
    events.length = 0;
    await until("some readings", () => readings().length >= 4);
    const later = changes().slice(1);
    expect(later.length).toBeGreaterThan(1);
    const ids = later.flatMap((change) =>
      [...change.devices, ...change.readings].map(({ id }) => id),
    );
    expect(new Set(ids)).toEqual(new Set(["light-5", "light-6"]));

    const closed = once(socket, "close");
    socket.send('{"watch":7}');
    const [code, reason] = (await closed) as [number, Buffer];
    expect(code).toBe(1008);
    expect(reason.toString()).toBe("watch: expected null or at most 1000 ids");
  });

  it("receives readings in few events, with each device once in each", async () => {
    const response = await fetch(`${nightlight.url}/api/events`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = "";
    while ((text.match(/^event: changes$/gm) ?? []).length < 11) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream ended");
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
    const all = [...text.matchAll(/^event: changes\ndata: (.*)\n\n/gm)].map(
      ([, data]) => JSON.parse(data ?? "") as ChangesView,
    );
    expect(all.length).toBeGreaterThanOrEqual(10);
    for (const { devices } of all)
      expect(new Set(devices.map(({ id }) => id)).size).toBe(devices.length);
    const readings = all.reduce((sum, changes) => sum + changes.readings.length, 0);
    expect(readings / all.length).toBeGreaterThan(20);
  });
});
