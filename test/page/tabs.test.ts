import { describe, expect, it } from "vitest";
import { openTab } from "./browser";
import { browser, nightlight, usePage } from "./world";

/**
 * Number of tabs, more than the six HTTP/1.1 connections that Chromium opens to a server for all
 * tabs of a profile.
 */
const TABS = 8;

describe("many tabs with the page", () => {
  usePage();

  it(`are all live, and the server still answers each of ${TABS}`, async () => {
    const first = await openTab(browser);
    const others = Array.from({ length: TABS - 1 }, () => first.context().newPage());
    const pages = [first, ...(await Promise.all(others))];
    await Promise.all(pages.map((page) => page.goto(nightlight.url)));
    for (const page of pages) await page.locator('body[data-connection="live"]').waitFor();
    const answers = await Promise.all(
      pages.map((page) => page.evaluate(async () => (await fetch("api/devices")).status)),
    );
    expect(answers).toEqual(pages.map(() => 200));
    await first.context().close();
  });

  it("work with server-sent events, too, if WebSockets are blocked", async () => {
    const page = await openTab(browser);
    await page.routeWebSocket("**/api/events", (socket) => socket.close());
    await page.goto(nightlight.url);
    await page.locator('body[data-connection="live"]').waitFor();
    await page.context().close();
  });
});
