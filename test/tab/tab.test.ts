import { createHash } from "node:crypto";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { openTab } from "../page/browser";
import { browser, nightlight, usePage } from "../page/world";
import { until } from "../support/until";
import { Witness } from "../support/witness";

describe("a device in a browser tab", () => {
  let page: Page;
  const faults: string[] = [];

  usePage();
  beforeAll(async () => {
    page = await openTab(browser);
    watch(page);
    await page.goto(`${nightlight.url}/device`);
  });

  function watch(watched: Page): void {
    const { origin } = new URL(nightlight.url);
    watched.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    watched.on("pageerror", (error) => faults.push(String(error)));
    watched.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "data:" && url.origin !== origin) faults.push(`asked ${url.href}`);
    });
  }

  /** Waits until the device is online. @returns its id */
  async function untilOnline(tab: Page): Promise<string> {
    await tab.locator("#status", { hasText: "online" }).waitFor();
    return await tab.locator("#device-id").innerText();
  }

  it("is a device of the server", async () => {
    const id = await untilOnline(page);
    expect(id).toMatch(/^tab-[0-9a-f]{8}$/);
    await until("a reading", async () => (await nightlight.device(id))?.light === 652);
  });

  it("lights its lamp in the dark", async () => {
    const id = await untilOnline(page);
    await page.locator("#light").fill("40");
    await page.locator("#led", { hasText: "LED on" }).waitFor();
    await until("the LED", async () => (await nightlight.device(id))?.ledOn === true);
    expect(faults).toEqual([]);
  });

  it("is the same device after a reload, and another one in another tab", async () => {
    const id = await untilOnline(page);
    await page.reload();
    expect(await untilOnline(page)).toBe(id);
    const second = await page.context().newPage();
    watch(second);
    await second.goto(`${nightlight.url}/device`);
    const other = await untilOnline(second);
    expect(other).not.toBe(id);
    // The two tabs have separate lights, and neither tab ends the other one's device.
    await second.locator("#light").fill("20");
    await second.locator("#led", { hasText: "LED on" }).waitFor();
    await page.locator("#led", { hasText: "LED off" }).waitFor();
    await Promise.all([page.reload(), second.reload()]);
    expect(await untilOnline(second)).toBe(other);
    expect(await untilOnline(page)).toBe(id);
    await second.close();
    expect(await untilOnline(page)).toBe(id);
    await page.locator("#inside summary").click();
    const lost = page.locator("#wire li", { hasText: "Connection lost" });
    expect(await lost.count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("decides alone without a network, and loses no reading", async () => {
    const id = await untilOnline(page);
    const witness = await Witness.connect(nightlight.brokerUrl, `${id}/telemetry`);
    await page.getByRole("button", { name: "Unplug network" }).click();
    await until("offline", async () => (await nightlight.device(id))?.online === false);
    await page.locator("#light").fill("30");
    await page.locator("#status", { hasText: "decides by itself" }).waitFor();
    await page.locator("#led", { hasText: "LED on" }).waitFor();
    await page.locator("#fact-outbox", { hasText: /readings waiting$/ }).waitFor();
    await page.getByRole("button", { name: "Unplug network" }).click();
    await page.locator("#status", { hasText: /^online$/ }).waitFor();
    await page.locator("#fact-decider", { hasText: "the server" }).waitFor();
    const readings = witness
      .payloads(`${id}/telemetry`)
      .map((payload) => JSON.parse(payload) as { seq: number; light: number; age_ms?: number });
    const sequence = [...new Set(readings.map(({ seq }) => seq))];
    const first = sequence[0] ?? 0;
    expect(sequence).toEqual(sequence.map((_, i) => first + i));
    expect(readings.filter(({ light, age_ms }) => light === 30 && age_ms).length).toBeGreaterThan(
      3,
    );
    await witness.stop();
  });

  it("restarts with its settings after its power was cut", async () => {
    const id = await untilOnline(page);
    await page.getByRole("button", { name: "Cut power" }).click();
    await page.locator("#led", { hasText: "LED off" }).waitFor();
    await until("offline", async () => (await nightlight.device(id))?.online === false);
    await page.getByRole("button", { name: "Cut power" }).click();
    expect(await untilOnline(page)).toBe(id);
    await page.locator("#led", { hasText: "LED on" }).waitFor();
    expect(faults).toEqual([]);
  });

  it("obeys the teacher, who controls it on the server's page", async () => {
    const id = await untilOnline(page);
    await page.locator("#light").fill("700");
    await page.locator("#led", { hasText: "LED off" }).waitFor();
    const teacher = await openTab(browser);
    watch(teacher);
    await teacher.goto(`${nightlight.url}/#device=${id}`);
    const press = (name: string) => teacher.getByRole("button", { name, exact: true }).click();
    await press("Darken the room");
    await page.locator("#led", { hasText: "LED on" }).waitFor();
    await page.locator("#class-note", { hasText: "the light is 20 for all" }).waitFor();
    expect(await page.locator("#light").isDisabled()).toBe(true);
    await press("Cut the network");
    await until("offline", async () => (await nightlight.device(id))?.online === false);
    await press("Cut the network");
    await press("Darken the room");
    await page.locator("#led", { hasText: "LED off" }).waitFor();
    expect(await page.locator("#light").inputValue()).toBe("700");
    await page.locator("#status", { hasText: /^online$/ }).waitFor();
    const witness = await Witness.connect(nightlight.brokerUrl, `${id}/telemetry`);
    await witness.untilSeen(`${id}/telemetry`, /700/);
    await press(`Restart ${id}`);
    await teacher.locator("#class-note", { hasText: `${id} is restarting.` }).waitFor();
    await until("a count from the start", () => {
      const counts = witness
        .payloads(`${id}/telemetry`)
        .map((payload) => (JSON.parse(payload) as { seq: number }).seq);
      return counts.some((seq, i) => seq < (counts[i - 1] ?? 0));
    });
    expect(await untilOnline(page)).toBe(id);
    await witness.stop();
    await teacher.close();
    expect(faults).toEqual([]);
  });

  it("runs the bytecode that the build makes", async () => {
    const built = await compileFirmware();
    const served = await fetch(`${nightlight.url}/device/program.devs`);
    expect(sha256(new Uint8Array(await served.arrayBuffer()))).toBe(sha256(built));
    // The virtual machine computes this hash over the program that it runs.
    expect(await page.locator("#fact-program").innerText()).toBe(sha256(built));
  });

  it("reports that its virtual machine can't be created", async () => {
    const tab = await openTab(browser);
    // A valid module without the virtual machine's exports.
    const empty = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    await tab.route("**/machine.wasm", (route) =>
      route.fulfill({ contentType: "application/wasm", body: empty }),
    );
    await tab.goto(`${nightlight.url}/device`);
    await tab.locator("#status", { hasText: "not running" }).waitFor();
    await tab.close();
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
