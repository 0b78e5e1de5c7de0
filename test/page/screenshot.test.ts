import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderForTest } from "../support/folder";
import { startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { launchBrowser, Tab } from "./browser";

const update = process.env["UPDATE_SCREENSHOT"] !== undefined;
/**
 * Length of the simulated evening, ms. The README's picture shows a whole evening; in a test, a
 * short one is enough.
 */
const EVENING_MS = update ? 180_000 : 3_000;

/**
 * Takes the README's picture of the real page. UPDATE_SCREENSHOT=1 writes it into docs/; reduced to
 * a palette of 256 colours, it has a third of the size.
 */
it("takes the screenshot", async () => {
  const nightlight = await startNightlight({ id: "nightlight-1", lightRaw: lightAt(0) });
  const browser = await launchBrowser();
  // The page is open during the evening, so that its list of messages is full.
  const tab = await Tab.open(browser, nightlight.url, { viewport: { width: 1200, height: 800 } });
  const startMs = Date.now();
  await until("the end of the evening", async () => {
    const t = Math.min(1, (Date.now() - startMs) / EVENING_MS);
    await nightlight.setLight("nightlight-1", lightAt(t));
    return t === 1;
  });

  await tab.untilLed("LED on");
  // The lamp lights up slowly, so wait for the end of its animation.
  await tab.page.waitForFunction(() => document.getAnimations().length === 0);

  const folder = folderForTest();
  const path = update ? "docs/nightlight.png" : join(folder, "nightlight.png");
  await tab.page.screenshot({ path });
  expect(statSync(path).size).toBeGreaterThan(20_000);

  await tab.close();
  await browser.close();
  await nightlight.stop();
});

/** Returns the light of an evening with a dark cloud and a passing car. `t` goes from 0 to 1. */
function lightAt(t: number): number {
  const dusk = 900 - 665 * t;
  const cloud = -600 * Math.exp(-(((t - 0.3) / 0.1) ** 2));
  const car = 420 * Math.exp(-(((t - 0.74) / 0.08) ** 2));
  return Math.round(dusk + cloud + car + 12 * Math.sin(t * 60));
}
