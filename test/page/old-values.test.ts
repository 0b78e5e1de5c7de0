import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { Witness } from "../support/witness";
import { launchBrowser, Tab } from "./browser";

let mosquitto: Mosquitto;
let witness: Witness;
let nightlight: Started;
let browser: Browser;

beforeAll(async () => {
  [mosquitto, browser] = await Promise.all([Mosquitto.start(), launchBrowser()]);
  witness = await Witness.connect(mosquitto.url);
  const retain = { qos: 1, retain: true } as const;
  await witness.client.publishAsync("attic/telemetry", '{"light":50}', retain);
  nightlight = await startNightlight({ brokerUrl: mosquitto.url, simulate: false });
});

afterAll(async () => {
  await browser.close();
  await nightlight.stop();
  await witness.stop();
  await mosquitto.stop();
});

it("the page marks a retained value as old until the device reports", async () => {
  const tab = await Tab.open(browser, nightlight.url);
  const note = tab.page.getByText("An old value: the broker had retained it");
  await note.waitFor();
  expect(await tab.page.locator("#level").textContent()).toBe("50");
  await witness.publish("attic/telemetry", '{"light":60}');
  await note.waitFor({ state: "hidden" });
  expect(await tab.page.locator("#level").textContent()).toBe("60");
  await tab.close();
});
