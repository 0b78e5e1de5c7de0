import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { Tab } from "./browser";
import { browser, nightlight, usePage } from "./world";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe("the chart of the hours and days before", () => {
  let witness: Witness;

  usePage();
  beforeAll(async () => {
    witness = await Witness.connect(nightlight.brokerUrl);
    // Each longer range shows one more of these readings: 800 is visible in an hour, 5 only in
    // seven days.
    for (const [light, ageMs] of [
      [5, 100 * HOUR_MS],
      [1_000, 20 * HOUR_MS],
      [900, 5 * HOUR_MS],
      [800, 30 * MINUTE_MS],
      [400, 2 * MINUTE_MS],
      [300, 0],
    ])
      await send("lamp", light, ageMs);
    await send("quiet", 500, 50 * HOUR_MS);
    await until("all", async () => (await nightlight.device("quiet"))?.light === 500);
  });

  afterAll(async () => {
    await witness.stop();
  });

  const send = (id: string, light: number | undefined, ageMs: number | undefined) =>
    witness.publish(`${id}/telemetry`, JSON.stringify({ light, led_on: false, age_ms: ageMs }));
  const open = (id: string, options = {}) =>
    Tab.open(browser, `${nightlight.url}/#device=${id}`, options);
  const untilChartSays = (page: Page, words: string) =>
    page.locator(`#chart[aria-label*="${words}"]`).waitFor();

  it("starts with the server's readings of the last minutes", async () => {
    const tab = await open("lamp");
    await untilChartSays(tab.page, "between 300 and 400");
    await tab.close();
  });

  it.each([
    ["1 h", "over the last hour: between 300 and 800"],
    ["6 h", "over the last 6 hours: between 300 and 900"],
    ["24 h", "over the last 24 hours: between 300 and 1000"],
    ["7 d", "over the last 7 days: between 5 and 1000"],
  ])("shows %s", async (name, words) => {
    const tab = await open("lamp");
    await tab.page.getByRole("radio", { name, exact: true }).check();
    await untilChartSays(tab.page, words);
    expect(await tab.page.locator("#chart-note").innerText()).toBe("");
    await tab.close();
  });

  it("is selected by keyboard, and returns to the live minutes", async () => {
    const tab = await open("lamp");
    const { page } = tab;
    await page.getByRole("radio", { name: "5 min" }).focus();
    await page.keyboard.press("ArrowRight");
    await untilChartSays(page, "over the last hour");
    await page.keyboard.press("ArrowLeft");
    await untilChartSays(page, "minutes: between 300 and 400");
    await send("lamp", 350, 0);
    await send("lamp", 299, 0);
    await untilChartSays(page, "between 299 and 400");
    await tab.close();
  });

  it("follows to another device, and says where nothing was measured", async () => {
    const tab = await open("lamp");
    const { page } = tab;
    await page.getByRole("radio", { name: "24 h" }).check();
    await untilChartSays(page, "over the last 24 hours: between");
    await page.getByRole("button", { name: "quiet offline" }).click();
    await page.getByText("No readings in the last 24 hours.").waitFor();
    await untilChartSays(page, "no reading");
    await page.getByRole("radio", { name: "7 d" }).check();
    await untilChartSays(page, "between 500 and 500");
    await tab.close();
  });

  it("says that it is loading, and that the server gives no answer", async () => {
    const tab = await open("lamp");
    const { page } = tab;
    let answer: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route("**/telemetry?*", async (route) => {
      await held;
      await route.fulfill({ status: 500, json: { error: "the disk is gone" } });
    });
    await page.getByRole("radio", { name: "6 h" }).check();
    await page.getByText("Loading the last 6 hours…").waitFor();
    answer?.();
    await page.getByText("The disk is gone: the last 6 hours can't be shown now.").waitFor();
    // Chromium itself writes this line to the console, because the request has failed.
    const [fault] = tab.faults.splice(0);
    expect(fault).toMatch(/^Failed to load resource: .* 500/);
    await tab.close();
  });

  it("offers its data as a table", async () => {
    const tab = await open("lamp");
    const { page } = tab;
    await page.getByRole("radio", { name: "1 h" }).check();
    await untilChartSays(page, "over the last hour");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download CSV" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("lamp.csv");
    const [header, first] = readFileSync(await file.path(), "utf8").split("\r\n");
    expect(header).toBe("time,light,led_on");
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,800,false$/);
    await tab.close();
  });

  it("fits a phone, in the light look", async () => {
    const tab = await open("lamp", { viewport: { width: 320, height: 740 }, colorScheme: "light" });
    expect(await tab.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    const spans = await tab.page.locator("#spans").boundingBox();
    expect((spans?.x ?? 0) + (spans?.width ?? 999)).toBeLessThanOrEqual(320);
    await tab.close();
  });
});
