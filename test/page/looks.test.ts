import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { Tab } from "./browser";
import { contrastsOf } from "./contrast";
import { browser, nightlight, usePage } from "./world";

const OTHER_ID = "another-light-with-quite-a-long-name-in-it";

describe("the page's appearance and accessibility", () => {
  usePage({ lightRaw: 120 });
  beforeAll(async () => {
    const witness = await Witness.connect(nightlight.brokerUrl);
    await witness.publish("test-1/telemetry", "not JSON ".repeat(60));
    await witness.publish(`${OTHER_ID}/telemetry`, '{"light":5}');
    await until("both", async () => (await nightlight.device(OTHER_ID))?.light === 5);
    await witness.stop();
  });

  it.each([320, 360, 414, 768, 1200])("has no horizontal scroll at %i px", async (width) => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=test-1`, {
      viewport: { width, height: 740 },
    });
    await tab.page.locator("#message-list .rejected").first().waitFor();
    expect(await tab.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const chart = await tab.page.locator("#chart canvas").boundingBox();
    expect(chart?.width).toBeGreaterThan(width < 768 ? width * 0.75 : 300);
    await tab.close();
  });

  it("shows lamp and slider together on a phone", async () => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=test-1`, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    const lamp = await tab.page.locator(".scene").boundingBox();
    const slider = await tab.page.locator("#light").boundingBox();
    if (!lamp || !slider) throw new Error("lamp or slider can't be seen");
    expect(slider.y + slider.height - lamp.y).toBeLessThan(600);
    expect(slider.height).toBeGreaterThanOrEqual(44);
    await tab.close();
  });

  it.each(["dark", "light"] as const)("is readable in the %s look", async (colorScheme) => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=test-1`, { colorScheme });
    await tab.untilLed("LED on");
    await tab.page.locator("#message-list .rejected").first().waitFor();
    const contrasts = await contrastsOf(tab.page);
    expect(contrasts.length).toBeGreaterThan(25);
    // WCAG 2.2, 1.4.3, requires this contrast of text against its background.
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    await tab.close();
  });

  it("names every control and landmark for screen readers", async () => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=test-1`);
    const nodes = await accessibilityTree(tab.page);
    const named = [
      "button",
      "slider",
      "checkbox",
      "link",
      "img",
      "navigation",
      "region",
      "article",
    ];
    const unnamed = nodes.filter(({ role, name }) => named.includes(role) && !name);
    expect(unnamed).toEqual([]);
    const roles = new Set(nodes.map(({ role }) => role));
    for (const role of ["banner", "main", "navigation", "region", "contentinfo", "slider"])
      expect(roles).toContain(role);
    await tab.close();
  });

  it("announces the LED, but not every reading", async () => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=test-1`);
    const live = await tab.page
      .locator("[aria-live], [role=status], [role=alert], [role=log], output")
      .evaluateAll((elements) => elements.map((element) => element.getAttribute("class")));
    expect(live.sort()).toEqual([
      "banner",
      "chart-note muted",
      "connection",
      // The six error texts are below the controls and the updates, and in the dialogs to rename,
      // to update and to remove.
      ...Array<string>(6).fill("error"),
      "led",
      // These elements announce a teacher's actions, the progress of an update, and the progress of
      // an update of several devices.
      "muted",
      null,
      null,
      "panel empty",
      "usb-progress",
      "usb-wrong",
      "visually-hidden",
    ]);
    await tab.close();
  });

  it("can be used by keyboard alone, with a visible focus", async () => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=test-1`);
    const reached: string[] = [];
    for (let i = 0; i < 20; i++) {
      await tab.page.keyboard.press("Tab");
      const focus = await tab.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return undefined;
        const { outlineStyle } = getComputedStyle(element);
        return { key: element.id || element.className, outlineStyle };
      });
      if (!focus) continue;
      if (focus.key !== "skip") expect(focus.outlineStyle, focus.key).toBe("solid");
      reached.push(focus.key);
    }
    expect(reached).toEqual(
      expect.arrayContaining(["skip", "light", "led-on", "led-off", "only", "pause", "scroll"]),
    );
    await tab.close();
  });

  it("has no animations if the user prefers none", async () => {
    const tab = await Tab.open(browser, `${nightlight.url}/#device=test-1`, {
      reducedMotion: "reduce",
    });
    const moving = await tab.page.evaluate(() =>
      [...document.querySelectorAll("*")]
        .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0)
        .map((element) => element.outerHTML.slice(0, 60)),
    );
    expect(moving).toEqual([]);
    expect(await tab.page.evaluate(() => document.getAnimations().length)).toBe(0);
    await tab.close();
  });
});

interface Node {
  role: string;
  name: string;
}

/** Returns the tree that Chromium gives to a screen reader. */
async function accessibilityTree(page: Page): Promise<Node[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? "") }));
}
