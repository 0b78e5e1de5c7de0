import type { Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { Tab } from "./browser";
import { contrastsOf } from "./contrast";
import { browser, nightlight, usePage } from "./world";

describe("renaming and removing a device on the page", () => {
  let witness: Witness;
  let tab: Tab;

  usePage();
  beforeAll(async () => {
    witness = await Witness.connect(nightlight.brokerUrl);
    for (const id of ["attic", "lamp"]) await witness.publish(`${id}/telemetry`, '{"light":50}');
    tab = await Tab.open(browser, `${nightlight.url}/#device=lamp`);
    await tab.page.getByRole("heading", { name: "lamp", exact: true }).waitFor();
  });

  afterAll(async () => {
    await tab.close();
    await witness.stop();
  });

  it("accepts a name by keyboard alone, and shows it in place of the id everywhere", async () => {
    const { page } = tab;
    await page.getByRole("button", { name: "Rename" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Rename lamp" });
    await dialog.waitFor();
    // The focus is in the name's field, and Escape discards the change.
    await page.keyboard.type("Nobody");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect((await nightlight.device("lamp"))?.name).toBeUndefined();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("rename");

    await page.keyboard.press("Enter");
    await page.keyboard.type("Küche <b>");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Küche <b>", exact: true }).waitFor();
    await dialog.waitFor({ state: "hidden" });
    await page.getByText("id lamp", { exact: true }).waitFor();
    await page.locator("#device-list").getByRole("button", { name: "Küche <b>" }).waitFor();
    await page.getByRole("status").getByText("lamp is now called Küche <b>.").waitFor();
    expect((await nightlight.device("lamp"))?.name).toBe("Küche <b>");
  });

  it("shows the error, and keeps the typed text", async () => {
    const { page } = tab;
    await page.getByRole("button", { name: "Rename" }).click();
    // The browser limits the name to 64 characters. Without the attribute, the server has to refuse
    // a longer name.
    await page.locator("#rename-name").evaluate((input) => input.removeAttribute("maxlength"));
    await page.locator("#rename-name").fill("x".repeat(65));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Not done: name: expected text").waitFor();
    expect(await page.locator("#rename-name").inputValue()).toBe("x".repeat(65));
    await page.getByRole("button", { name: "Cancel" }).click();
    // The browser reports the refused request on the console, but it is not a fault of the page.
    expect(tab.faults.splice(0).every((text) => text.includes("400"))).toBe(true);
  });

  it("removes the device once a person has confirmed it", async () => {
    const { page } = tab;
    const remove = page.getByRole("button", { name: "Remove", exact: true });
    await remove.first().click();
    const dialog = page.getByRole("dialog", { name: "Remove Küche <b>?" });
    await dialog.getByText("It comes back if it sends again, and it is online now.").waitFor();
    for (const { ratio, text } of await contrastsOf(page)) expect(ratio, text).toBeGreaterThan(4.5);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await nightlight.device("lamp")).toBeDefined();

    await remove.first().click();
    await dialog.getByRole("checkbox", { name: "Delete its history, too" }).check();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("heading", { name: "attic", exact: true }).waitFor();
    await page.getByRole("status").getByText("Küche <b> was removed.").waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    expect(await nightlight.device("lamp")).toBeUndefined();
    const history = await fetch(`${nightlight.url}/api/devices/lamp/telemetry?from=0`);
    expect(await history.json()).toMatchObject({ points: [] });
    await until("the list is gone", () => page.locator("#devices").isHidden());
  });

  it("affects no other device if an answer arrives after its dialog was closed", async () => {
    const { page } = tab;
    await witness.publish("cellar/telemetry", '{"light":50}');
    const list = page.locator("#device-list");
    await list.getByRole("button", { name: "cellar" }).waitFor();
    const held: Route[] = [];
    await page.route("**/api/devices/attic/name", (route) => void held.push(route));
    await page.getByRole("button", { name: "Rename" }).click();
    await page.locator("#rename-name").fill("Loft");
    await page.keyboard.press("Enter");
    await until("the page asks the server", () => held.length === 1);
    await page.keyboard.press("Escape");

    await list.getByRole("button", { name: "cellar" }).click();
    await page.getByRole("button", { name: "Rename" }).click();
    const dialog = page.getByRole("dialog", { name: "Rename cellar" });
    await page.locator("#rename-name").fill("Wine");
    await held[0]?.fulfill({ status: 507, json: { error: "the disk is full" } });
    await page.locator("#edit-note").getByText("attic: not done: the disk is full").waitFor();
    expect(await dialog.isVisible()).toBe(true);
    expect(await page.locator("#rename-error").innerText()).toBe("");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Wine", exact: true }).waitFor();
    await dialog.waitFor({ state: "hidden" });
    expect((await nightlight.device("cellar"))?.name).toBe("Wine");
    expect((await nightlight.device("attic"))?.name).toBeUndefined();
    expect(held.length).toBe(1);
    expect(tab.faults.splice(0).every((text) => text.includes("507"))).toBe(true);
  });
});
