import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, it } from "vitest";
import { lightOf, type Scene } from "../../server/tab/scenes";
import { openTab } from "../page/browser";
import { browser, nightlight, usePage } from "../page/world";
import { until } from "../support/until";

const LEARNERS = 30;
const SCENES: Scene[] = ["day", "clouds", "bird", "random"];
/**
 * Number of steps through an hour of scenes, their length, s, and the offset between two learners'
 * scenes, s. With these lengths, no two steps meet a scene at the same point.
 */
const [STEPS, STEP_S, APART_S] = [12, 301.3, 0.7];
/** Threshold of the rule in devicescript.json, as a raw light level. */
const THRESHOLD_RAW = 300;
/**
 * Options for small pages without animations, because few processors have to paint thirty pages.
 */
const PHONE: BrowserContextOptions = {
  viewport: { width: 320, height: 480 },
  reducedMotion: "reduce",
};

const pages: Page[] = [];

usePage({ simulate: false }, {}, ["--renderer-process-limit=4"]);

it("has thirty devices, each with the right LED through an hour of scenes, and after a reload", async () => {
  for (let i = 0; i < LEARNERS; i++) {
    const page = await openTab(browser, PHONE);
    await page.goto(`${nightlight.url}/device`);
    pages.push(page);
  }
  const ids = await untilOnline();
  expect(new Set(ids).size).toBe(LEARNERS);
  for (let step = 0; step < STEPS; step++)
    await lightAll((i) => lightOf(SCENES[i % SCENES.length] ?? "day", step * STEP_S + i * APART_S));
  await Promise.all(pages.map((page) => page.reload()));
  expect(await untilOnline()).toEqual(ids);
  await lightAll((i) => (i % 2 === 0 ? 20 : 900));
  for (const [i, id] of ids.entries())
    await until(`the server knows of ${id} what its page shows`, async () => {
      const device = await nightlight.device(id);
      return device?.online === true && device.ledOn === (i % 2 === 0);
    });
});

/**
 * Waits until all devices are online.
 * @returns the devices' ids
 */
function untilOnline(): Promise<string[]> {
  return Promise.all(
    pages.map(async (page) => {
      await page.locator("#status", { hasText: /^online$/ }).waitFor();
      return await page.locator("#device-id").innerText();
    }),
  );
}

/** Sets each page's light, and waits until each LED follows the rule. */
async function lightAll(lightOfPage: (i: number) => number): Promise<void> {
  await Promise.all(
    pages.map(async (page, i) => {
      const lightRaw = lightOfPage(i);
      await page.locator("#light").fill(String(lightRaw));
      const hasText = lightRaw < THRESHOLD_RAW ? "LED on" : "LED off";
      await page.locator("#led", { hasText }).waitFor();
    }),
  );
}
