import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { loadConfig } from "../../server/setup/config";
import { startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { Tab } from "./browser";
import { contrastsOf, contrastsWith } from "./contrast";
import { browser, nightlight, usePage } from "./world";

const FIELDS = ["Thermostat temperature", "Livingroom temperature", "Bedroom temperature"];

/**
 * The lesson's thermostat, made by configuration alone: a rule on other fields, and another
 * command.
 */
describe("the page of a thermostat", () => {
  let home: Witness;

  const config = loadConfig(join(ROOT, "docs/examples/thermostat.json"));
  const rule = { ...config.rule, minChangeMs: 0 };
  usePage({ simulate: false }, { ...config, rule });
  beforeAll(async () => {
    home = await Witness.connect(nightlight.brokerUrl, "home/commands");
    await publishTemperatures(21, 20, 22);
  });

  afterAll(async () => {
    await home.stop();
  });

  /** Publishes temperatures and waits until the server has decided. */
  async function publishTemperatures(
    hall: number,
    livingroom: number,
    bedroom: number,
  ): Promise<void> {
    const from = home.seen.length;
    const payload = {
      thermostat_temperature: hall,
      livingroom_temperature: livingroom,
      bedroom_temperature: bedroom,
    };
    await home.publish("home/telemetry", JSON.stringify(payload));
    await until("an answer", () => home.seen.length > from);
  }

  it("shows each field, the value that decides, and the decision in the rule's words", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const { page } = tab;
    const side = page.getByRole("status").filter({ hasText: "Heating" });
    await side.filter({ hasText: "Heating off" }).waitFor();
    await publishTemperatures(18.5, 19, 17);
    await side.filter({ hasText: "Heating on" }).waitFor();
    expect(await page.locator("#values dt").allInnerTexts()).toEqual([
      ...FIELDS,
      "Mean, which decides",
    ]);
    const values = await page.locator("#values dd").allInnerTexts();
    expect(values.map((text) => text.trim())).toEqual(["18.5", "19", "17", "18.17"]);
    expect(await page.locator("#decider").innerText()).toBe(
      "This server decides: heating on when the mean of thermostat temperature, livingroom temperature and bedroom temperature is below 19, off again from 19.5.",
    );
    await tab.close();
  });

  it("has no lamp, no level of 1023 and no slider", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const { page } = tab;
    await page.locator("#values").waitFor();
    for (const selector of [".scene", "#light-level", "#light"])
      expect(await page.locator(selector).isVisible(), selector).toBe(false);
    expect(await page.locator("#device").innerText()).not.toMatch(/LED|1023|light/i);
    await tab.close();
  });

  it("draws a line for each field and one for their mean, each with a name and a style", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const { page } = tab;
    await page.locator("#line-keys .key").first().waitFor();
    expect(await page.locator(".history .key").allInnerTexts()).toEqual([
      ...FIELDS,
      "Mean, which decides",
      "Threshold 19 for the mean",
      "Heating on",
    ]);
    const strokes = await page.locator("#line-keys line").evaluateAll((lines) =>
      lines.map((line) => {
        const { strokeDasharray, strokeWidth } = getComputedStyle(line);
        return `${strokeDasharray} ${strokeWidth}`;
      }),
    );
    expect(new Set(strokes).size).toBe(4);
    const chart = page.locator("#chart");
    await page.locator("#chart[aria-label*='between']").waitFor();
    const label = await chart.getAttribute("aria-label");
    for (const field of FIELDS) expect(label).toContain(`${field}: between `);
    expect(label).toMatch(/Mean, which decides: between .* The threshold is 19\.$/);

    const box = await chart.boundingBox();
    if (!box) throw new Error("the chart can't be seen");
    await page.mouse.move(box.x + box.width - 12, box.y + box.height / 2);
    await page
      .locator("#cursor", { hasText: /^[\d:]+ · Thermostat temperature \d.* · Mean \d/ })
      .waitFor();
    await tab.close();
  });

  it("sends the rule's commands manually", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    const { page } = tab;
    await publishTemperatures(21, 21, 21);
    await page.getByRole("status").filter({ hasText: "Heating off" }).waitFor();
    const from = home.seen.length;
    await page.getByRole("button", { name: "Heating on" }).click();
    await home.untilSeen("home/commands", /^\{"heating_on":true\}$/, from);
    await page.getByRole("status").filter({ hasText: "Heating on" }).waitFor();
    await page.getByRole("button", { name: "Heating off" }).click();
    await home.untilSeen("home/commands", /^\{"heating_on":false\}$/, from);
    await page.getByRole("status").filter({ hasText: "Heating off" }).waitFor();
    await tab.close();
  });

  it.each(["dark", "light"] as const)("is readable in the %s look", async (colorScheme) => {
    const tab = await Tab.open(browser, nightlight.url, { colorScheme });
    await tab.page.locator("#message-list li").first().waitFor();
    const contrasts = await contrastsOf(tab.page);
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    // WCAG 2.2, 1.4.11, requires this contrast of a chart's line against its background.
    const names = ["surface", "text", ...[1, 2, 3, 4, 5, 6].map((i) => `series-${i}`)];
    const lines = await contrastsWith(tab.page, names);
    expect(lines).toHaveLength(7);
    expect(lines.filter(({ ratio }) => ratio < 3)).toEqual([]);
    await tab.close();
  });

  it.each([320, 414])("has no horizontal scroll at %i px", async (width) => {
    const tab = await Tab.open(browser, nightlight.url, { viewport: { width, height: 740 } });
    await tab.page.locator("#values").waitFor();
    expect(await tab.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await tab.close();
  });

  it("shows what to publish while there is no device", async () => {
    const config = loadConfig(join(ROOT, "docs/examples/thermostat.json"));
    const empty = await startNightlight({ simulate: false }, config);
    const tab = await Tab.open(browser, empty.url);
    await tab.page.getByRole("heading", { name: "No device yet" }).waitFor();
    expect(await tab.page.locator("#empty-command").innerText()).toContain(
      `/my-device/telemetry -m '{"thermostat_temperature":19,"livingroom_temperature":19,"bedroom_temperature":19}'`,
    );
    await tab.close();
    await empty.stop();
  });
});
