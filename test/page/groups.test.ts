import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Group } from "../../src/common/groups";
import { Witness } from "../support/witness";
import { Tab } from "./browser";
import { contrastsOf } from "./contrast";
import { browser, nightlight, usePage } from "./world";

const MEMBERS = ["north", "east", "south", "west", "roof"];
const DARK = 100;
const LIGHT = 900;
const VALID_MS = 2_000;

describe("the page of a stadium", () => {
  let witness: Witness;
  /** The reading that each sensor repeats. Sensors without an entry are silent. */
  const says = new Map<string, number>();
  let speaking: NodeJS.Timeout;

  const stadium: Group = {
    id: "stadium",
    members: MEMBERS,
    lights: ["mast-1", "mast-2"],
    decide: "majority",
    validMs: VALID_MS,
  };
  const yard: Group = {
    id: "yard",
    members: ["north", "gate"],
    lights: ["porch"],
    decide: "median",
    validMs: VALID_MS,
  };
  usePage({ simulate: false }, { groups: [stadium, yard] });
  beforeAll(async () => {
    witness = await Witness.connect(nightlight.brokerUrl);
    speaking = setInterval(speak, VALID_MS / 10);
  });

  afterAll(async () => {
    clearInterval(speaking);
    await witness.stop();
  });

  function speak(): void {
    for (const [id, light] of says)
      void witness.publish(`${id}/telemetry`, JSON.stringify({ light }));
  }

  function groupIn(tab: Tab, id: string): { text: Locator; row: (id: string) => Locator } {
    const text = tab.page.getByRole("article", { name: id });
    const row = (of: string) =>
      text.locator("li", { has: tab.page.getByText(of, { exact: true }) });
    return { text, row };
  }

  it("shows the decision, its rule, and each vote", async () => {
    for (const id of MEMBERS) says.set(id, LIGHT);
    const tab = await Tab.open(browser, nightlight.url);
    const { text, row } = groupIn(tab, "stadium");
    const decision = text.getByRole("status");
    await decision.filter({ hasText: "LED off" }).waitFor();
    await text.getByText("5 of 5 reporting, 0 for on").waitFor();
    await text
      .getByText("LED on when more than half of the reporting members say that light is below 300.")
      .waitFor();
    // A bird covers one sensor.
    says.set("roof", 3);
    await row("roof").filter({ hasText: "3 · for on" }).waitFor();
    expect(await row("north").innerText()).toMatch(/900 · for off$/);
    expect(await decision.innerText()).toBe("LED off");

    for (const id of MEMBERS) says.set(id, DARK);
    await decision.filter({ hasText: "LED on" }).waitFor();
    for (const light of ["mast-1", "mast-2"])
      await row(light).filter({ hasText: "LED on" }).waitFor();
    await tab.close();
  });

  it("shows in words that a member is lost, and that it is back", async () => {
    for (const id of MEMBERS) says.set(id, DARK);
    const tab = await Tab.open(browser, nightlight.url);
    const { text, row } = groupIn(tab, "stadium");
    await text.getByText("5 of 5 reporting").waitFor();
    says.delete("roof");
    await text.getByText("Lost: roof").waitFor();
    expect(await row("roof").innerText()).toMatch(/lost$/);
    await text.getByText("4 of 5 reporting, 4 for on").waitFor();
    expect(await text.getByRole("status").innerText()).toBe("LED on");

    for (const id of ["west", "south"]) says.delete(id);
    await text.getByText("Lost: south, west and roof").waitFor();
    await text
      .getByText("Too few members are reporting to decide: the last decision holds.")
      .waitFor();
    expect(await text.getByRole("status").innerText()).toBe("LED on");

    for (const id of MEMBERS) says.set(id, DARK);
    await text.getByText("5 of 5 reporting").waitFor();
    expect(await text.innerText()).not.toMatch(/lost|too few/i);
    await tab.close();
  });

  it("shows the median if the median decides", async () => {
    says.set("north", 100);
    says.set("gate", 200);
    const tab = await Tab.open(browser, nightlight.url);
    const { text, row } = groupIn(tab, "yard");
    await text.getByText("2 of 2 reporting, median 150").waitFor();
    expect(await row("gate").innerText()).toMatch(/200$/);
    await row("porch").filter({ hasText: "LED on" }).waitFor();
    await tab.close();
  });

  it("links to the devices, and shows there who decides for them", async () => {
    for (const id of MEMBERS) says.set(id, DARK);
    const tab = await Tab.open(browser, nightlight.url);
    const { text } = groupIn(tab, "stadium");
    const { page } = tab;
    await text.getByRole("button", { name: "east" }).click();
    await page.getByRole("heading", { name: "east" }).waitFor();
    expect(await page.locator("#decider").innerText()).toBe(
      "It votes in the group stadium, not for itself.",
    );
    // The opened device is a sensor, which has no LED.
    expect(await page.locator("#led").isVisible()).toBe(false);

    await text.getByRole("button", { name: "mast-1" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "mast-1" }).waitFor();
    await tab.untilLed("LED on");
    expect(await page.locator("#decider").innerText()).toBe("The group stadium decides for it.");
    expect(await page.locator("#command-note").innerText()).toContain("group's next decision");
    // The mast "mast-1" has no light sensor.
    expect(await page.locator("#light-level").isVisible()).toBe(false);
    await tab.close();
  });

  it.each(["dark", "light"] as const)("is readable in the %s look", async (colorScheme) => {
    for (const id of MEMBERS) says.set(id, DARK);
    says.delete("roof");
    const tab = await Tab.open(browser, `${nightlight.url}/#device=mast-1`, { colorScheme });
    await groupIn(tab, "stadium").text.getByText("Lost: roof").waitFor();
    const contrasts = await contrastsOf(tab.page);
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    await tab.close();
  });

  it("has no horizontal scroll on a phone", async () => {
    const tab = await Tab.open(browser, nightlight.url, { viewport: { width: 320, height: 740 } });
    await groupIn(tab, "stadium").text.waitFor();
    expect(await tab.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    // When a device is opened, the page scrolls to it.
    await groupIn(tab, "stadium").text.getByRole("button", { name: "west" }).click();
    await tab.page.getByRole("heading", { name: "west" }).waitFor();
    await tab.page.waitForFunction(() => {
      const { top } = document.querySelector("#device-id")?.getBoundingClientRect() ?? { top: -1 };
      return top >= 0 && top < innerHeight;
    });
    await tab.close();
  });
});
