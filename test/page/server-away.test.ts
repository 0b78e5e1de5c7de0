import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port";
import { Mosquitto } from "../support/mosquitto";
import { startNightlight } from "../support/nightlight";
import { Witness } from "../support/witness";
import { launchBrowser, openTab, Tab } from "./browser";

/** Chromium writes this to the console when a connection breaks or is refused. */
const BROKEN = /^(Failed to load resource: net::ERR_|WebSocket connection to '.*' failed)/;

describe("the page during an outage", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  it("shows that the server is down, and recovers by itself with the current state", async () => {
    const httpPort = await freePort();
    const first = await startNightlight({ httpPort });
    const tab = await Tab.open(browser, first.url);
    const { page } = tab;
    await tab.untilLed("LED off");
    const slider = page.getByRole("slider");
    await slider.focus();

    await first.stop();
    await tab.untilConnection("away");
    expect(await page.locator("#connection").innerText()).toBe("Server unreachable");
    const banner = page.getByRole("alert").filter({ hasText: "has not answered since" });
    expect(await banner.innerText()).toContain("keeps trying to reconnect");
    expect(await page.locator("#online").innerText()).toBe("was online");
    expect(await slider.isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "LED on" }).isDisabled()).toBe(true);

    const second = await startNightlight({ httpPort, lightRaw: 50 });
    await tab.untilConnection("live");
    await tab.untilLed("LED on");
    expect(await page.locator("#level").innerText()).toBe("50");
    expect(await banner.isVisible()).toBe(false);
    expect(await slider.isEnabled()).toBe(true);
    // The slider has the focus again, as before the server was away.
    expect(await slider.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("End");
    await tab.untilLed("LED off");

    expect(tab.faults.splice(0).filter((fault) => !BROKEN.test(fault))).toEqual([]);
    await tab.close();
    await second.stop();
  });

  it("tries again if the stream was refused", async () => {
    const nightlight = await startNightlight({ simulate: false });
    const page = await openTab(browser);
    let refusals = 0;
    await page.routeWebSocket("**/api/events", (socket) => socket.close());
    await page.route("**/api/events", (route) =>
      ++refusals <= 2 ? route.fulfill({ status: 503, body: "" }) : route.continue(),
    );
    await page.goto(nightlight.url);
    await page.locator('body[data-connection="away"]').waitFor();
    await page.locator('body[data-connection="live"]').waitFor();
    expect(refusals).toBe(3);
    await page.context().close();
    await nightlight.stop();
  });

  it("shows that the server has lost its broker", async () => {
    const mosquitto = await Mosquitto.start();
    const nightlight = await startNightlight({ simulate: false, brokerUrl: mosquitto.url });
    const tab = await Tab.open(browser, nightlight.url);
    await mosquitto.kill();
    await tab.untilConnection("no-broker");
    const banner = tab.page
      .getByRole("alert")
      .filter({ hasText: "lost the connection to its broker" });
    expect(await banner.innerText()).toContain(mosquitto.url);
    await mosquitto.restart();
    await tab.untilConnection("live");
    expect(await banner.isVisible()).toBe(false);
    await tab.close();
    await nightlight.stop();
    await mosquitto.stop();
  });

  it("shows what to do while there is no device, and opens the first one that appears", async () => {
    const nightlight = await startNightlight({ simulate: false });
    const tab = await Tab.open(browser, nightlight.url);
    await tab.page.getByRole("heading", { name: "No device yet" }).waitFor();
    expect(await tab.page.locator("#empty-command").innerText()).toBe(
      `mosquitto_pub -L ${nightlight.brokerUrl}/my-light/telemetry -m '{"light":120}'`,
    );
    const witness = await Witness.connect(nightlight.brokerUrl);
    await witness.publish("my-light/telemetry", '{"light":120}');
    await tab.page.getByRole("heading", { name: "my-light" }).waitFor();
    await tab.untilLed("LED on");
    expect(await tab.page.locator("#empty").isVisible()).toBe(false);
    await witness.stop();
    await tab.close();
    await nightlight.stop();
  });
});
