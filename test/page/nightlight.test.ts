import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import { folderForAll } from "../support/folder";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { Tab } from "./browser";
import { contrastsOf } from "./contrast";
import { browser, nightlight, usePage } from "./world";

describe("the page of a simulated device", () => {
  let witness: Witness;
  let tab: Tab;

  const dir = folderForAll();
  usePage({ security: { ...OPEN_ON_LOOPBACK, usersDir: dir } });
  beforeAll(async () => {
    witness = await Witness.connect(nightlight.brokerUrl);
  });

  afterAll(async () => {
    await witness.stop();
  });

  beforeEach(async () => {
    await nightlight.setLight("test-1", 652);
    await until("bright", async () => (await nightlight.device("test-1"))?.light === 652);
    tab = await Tab.open(browser, nightlight.url);
    await tab.untilLed("LED off");
  });

  afterEach(async () => {
    await tab.close();
  });

  it("shows the device and who decides", async () => {
    const { page } = tab;
    await page.getByRole("heading", { name: "test-1" }).waitFor();
    expect(await page.locator("#device-kind").innerText()).toBe("simulated");
    expect(await page.locator("#online").innerText()).toBe("online");
    expect(await page.locator("#last-seen").innerText()).toMatch(
      /^last seen (just now|\d+ s ago)$/,
    );
    expect(await page.locator("#level").innerText()).toBe("652");
    expect(await page.locator("#decider").innerText()).toBe(
      "This server decides: LED on when light is below 300.",
    );
    expect(
      await page.getByRole("img", { name: /^Light level/ }).getAttribute("aria-label"),
    ).toMatch(
      /^Light level over the last (minute|\d minutes): between \d+ and \d+\. The threshold is 300\.$/,
    );
    expect(await page.getByRole("navigation").isVisible()).toBe(false);
    expect(await page.locator("#groups").isVisible()).toBe(false);
    expect(await page.locator("#values").isVisible()).toBe(false);
    expect(await page.locator(".scene").isVisible()).toBe(true);
    expect(await page.locator(".history .key").allInnerTexts()).toEqual([
      "Light level",
      "Threshold 300",
      "LED on",
    ]);
  });

  it("shows what the device reports about itself", async () => {
    expect(await tab.page.locator("#state").innerText()).toMatch(
      /^Firmware \d+\.\d+\.\d+ · program [0-9a-f]{8} · up \d+ (s|min) · 0 reconnects$/,
    );
  });

  it("turns the LED on and off as the slider is moved by keyboard", async () => {
    const slider = tab.page.getByRole("slider", { name: "Light on the simulated sensor" });
    expect(await slider.inputValue()).toBe("652");
    await slider.focus();
    await tab.page.keyboard.press("Home");
    await tab.untilLed("LED on");
    await tab.page.locator("#level", { hasText: /^0$/ }).waitFor();
    expect(await tab.page.locator("#device").getAttribute("data-led")).toBe("on");
    expect((await nightlight.device("test-1"))?.ledOn).toBe(true);
    await tab.page.keyboard.press("End");
    await tab.untilLed("LED off");
    expect(await tab.page.locator("#device").getAttribute("data-led")).toBe("off");
  });

  it("sends the light while the slider is dragged, and its last value", async () => {
    const slider = tab.page.locator("#light");
    const puts: string[] = [];
    tab.page.on("request", (request) => {
      if (request.method() === "PUT") puts.push(request.postData() ?? "");
    });
    const box = await slider.boundingBox();
    if (!box) throw new Error("the slider can't be seen");
    const y = box.y + box.height / 2;
    const xOf = (light: number) => box.x + 14 + ((box.width - 28) * light) / 1023;
    await tab.page.mouse.move(xOf(652), y);
    await tab.page.mouse.down();
    await tab.page.mouse.move(xOf(100), y, { steps: 60 });
    // The page follows the slider although the mouse button is still held.
    await tab.untilLed("LED on");
    await tab.page.mouse.move(xOf(150), y, { steps: 10 });
    await tab.page.mouse.up();
    const last = Number(await slider.inputValue());
    expect(last).toBeGreaterThan(140);
    expect(last).toBeLessThan(160);
    await until("the last value", () => puts.at(-1) === JSON.stringify({ light: last }));
    await until("the reading", async () => (await nightlight.device("test-1"))?.light === last);
    expect(puts.length).toBeLessThan(70);
    await tab.page.locator("#level", { hasText: String(last) }).waitFor();
  });

  it("follows the light when another client changes it", async () => {
    await nightlight.setLight("test-1", 40);
    await tab.untilLed("LED on");
    await tab.page.waitForFunction(
      () => document.querySelector<HTMLInputElement>("#light")?.value === "40",
    );
  });

  it("sends a manual command, which the next decision overrides", async () => {
    const from = witness.seen.length;
    await tab.page.getByRole("button", { name: "LED on" }).click();
    await witness.untilSeen("test-1/commands", /^{"led_on":true/, from);
    // The LED may be on for such a short time that the page does not show it, so the test looks at
    // the messages.
    await witness.untilSeen("test-1/telemetry", /"led_on":true/, from);
    await witness.untilSeen("test-1/commands", /^{"led_on":false/, from);
    await tab.untilLed("LED off");
    expect(await tab.page.locator("#command-note").innerText()).toContain("may override");
  });

  it("shows messages as they arrive, with their direction, and stops when paused", async () => {
    const { page } = tab;
    const rows = page.locator("#message-list > li");
    await nightlight.setLight("test-1", 77);
    const reading = rows.filter({ hasText: '{"light":77' }).first();
    await reading.waitFor();
    expect(await reading.innerText()).toContain("from device");
    expect(await reading.innerText()).toContain("test-1/telemetry");
    const command = rows.filter({ hasText: /commands.*"led_on":true/s }).first();
    expect(await command.innerText()).toContain("to device");

    const pause = page.getByRole("button", { name: "Pause" });
    await pause.click();
    const newest = await rows.first().innerText();
    await nightlight.setLight("test-1", 555);
    const resume = page.getByRole("button", { name: /^Resume \(\d+ new\)$/ });
    await resume.waitFor();
    expect(await rows.first().innerText()).toBe(newest);
    await resume.click();
    await rows.filter({ hasText: '{"light":555' }).first().waitFor();
  });

  it("keeps the last 200 messages", async () => {
    for (let i = 0; i < 230; i++) await witness.publish("nobody/commands", `{"led_on":0,"i":${i}}`);
    await tab.page.locator("#message-list > li", { hasText: '"i":229}' }).waitFor();
    expect(await tab.page.locator("#message-list > li").count()).toBe(200);
  });

  it("shows hostile text as text, and why it was rejected", async () => {
    const hostile = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>';
    await witness.publish("test-1/telemetry", hostile);
    await witness.publish("test-1/commands", `{"led_on":"${"<b>x</b>".repeat(60)}"}`);
    const row = tab.page.locator("#message-list > li", { hasText: "<img src=x" }).first();
    await row.waitFor();
    expect(await row.locator(".payload").innerText()).toBe(hostile);
    expect(await row.locator(".rejected").innerText()).toBe(
      "rejected: payload is not a JSON object",
    );
    const long = tab.page.locator("#message-list > li", { hasText: "<b>x</b>" }).first();
    expect(await long.locator(".payload").innerText()).toMatch(/… \(\d+ characters\)$/);
    expect(await tab.page.locator("#message-list :is(img, script, b)").count()).toBe(0);
    expect(await tab.page.evaluate(() => "hacked" in window)).toBe(false);
  });

  it("shows that the server has refused", async () => {
    await tab.page.route("**/api/devices/*/commands", (route) =>
      route.fulfill({ status: 404, json: { error: "no device <b>test-1</b>" } }),
    );
    await tab.page.getByRole("button", { name: "LED on" }).click();
    const alert = tab.page.getByRole("alert").filter({ hasText: "was not sent" });
    await alert.waitFor();
    expect(await alert.innerText()).toBe("“LED on” was not sent: no device <b>test-1</b>");
    // The browser itself reports each failed request on the console.
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("404")]);
  });

  it("updates a device by keyboard, and shows the result", async () => {
    const { page } = tab;
    await page.getByRole("button", { name: "Update", exact: true }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Update test-1?" });
    await dialog.getByRole("button", { name: "Update" }).press("Enter");
    const box = page.getByRole("region", { name: "Update", exact: true });
    await box
      .getByRole("status")
      .getByText(/^already runs [0-9a-f]{8}$/)
      .waitFor();
    await page.locator("#edit-note", { hasText: "The update of test-1 has begun." }).waitFor();
    expect(await box.getByRole("listitem").allInnerTexts()).toEqual(["0.0 s: begun"]);
    expect(await box.getByRole("button").isVisible()).toBe(false);
  });

  it("shows which device is outdated, asks it to update, and cancels that", async () => {
    const { page } = tab;
    new UpdateKeys(dir).ensure("hall");
    await witness.publish("hall/status", "online");
    await witness.publish("hall/state", '{"led_on":false,"fw":"0.2.0","program":"01d01d01"}');
    await page
      .locator("#device-list")
      .getByRole("button", { name: /hall.*outdated/ })
      .click();
    await page.getByText(/program 01d01d01, outdated: the server has [0-9a-f]{8}/).waitFor();
    await page.getByRole("button", { name: "Update", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Update hall?" });
    await dialog.getByRole("button", { name: "Update" }).click();
    const box = page.getByRole("region", { name: "Update", exact: true });
    await box.getByRole("status").getByText("asked to fetch program").waitFor();
    // The focus is still on the page's button. A second press joins the running update.
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Update" }).press("Enter");
    await page.getByText("An update of hall is already running.").waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("update");
    for (const { ratio, text } of await contrastsOf(page)) expect(ratio, text).toBeGreaterThan(4.5);
    await box.getByRole("button", { name: "Cancel update" }).press("Enter");
    await box.getByRole("status").getByText("cancelled: the device resumes").waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  });

  it("updates all devices, one first, and cancels that", async () => {
    const { page } = tab;
    await page.getByRole("button", { name: "Update all" }).click();
    const dialog = page.getByRole("dialog", { name: "Update all devices?" });
    await dialog.getByRole("button", { name: "Update" }).click();
    const box = page.getByRole("region", { name: "Update of several devices" });
    await box.getByText(/^Wave \d of 2: \d of 2 devices run the new program\.$/).waitFor();
    await box.getByRole("button", { name: "Cancel update" }).click();
    await box.getByRole("status").getByText("Cancelled.").waitFor();
    expect(nightlight.log).toContain(
      "Order from 127.0.0.1: cancel the update of all devices: cancelled",
    );
    // Without the update key, the server can't send orders to the device. The page says so next to
    // the button.
    await page.getByRole("button", { name: "Update", exact: true }).click();
    rmSync(join(dir, "update-keys.json"));
    await page.getByRole("dialog").getByRole("button", { name: "Update" }).click();
    await page.getByRole("alert").getByText("has no update key for it").waitFor();
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("409")]);
  });
});
