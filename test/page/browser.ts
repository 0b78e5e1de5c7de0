import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { HANG_MS } from "../support/until";

const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/**
 * Starts a real Chromium with an empty profile. Its background network requests are switched off.
 */
export function launchBrowser(more: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    timeout: HANG_MS,
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}

/** Opens an empty tab in a new profile. */
export async function openTab(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(HANG_MS);
  return await context.newPage();
}

/** A browser tab that shows the page. It records faults that the page must not have. */
export class Tab {
  readonly faults: string[] = [];

  private constructor(readonly page: Page) {}

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<Tab> {
    const tab = new Tab(await openTab(browser, { colorScheme: "dark", ...options }));
    tab.watch(new URL(url).origin);
    await tab.page.goto(url);
    await tab.untilConnection("live");
    return tab;
  }

  /** Waits until the page shows the connection state "live", "away" or "no-broker". */
  async untilConnection(state: string): Promise<void> {
    await this.page.locator(`body[data-connection="${state}"]`).waitFor();
  }

  /** Waits for the words beside the lamp. */
  async untilLed(words: "LED on" | "LED off" | "LED unknown"): Promise<void> {
    await this.page.locator("#led", { hasText: words }).waitFor();
  }

  async close(): Promise<void> {
    await this.page.context().close();
    expect(this.faults).toEqual([]);
  }

  private watch(origin: string): void {
    this.page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.faults.push(message.text());
    });
    this.page.on("pageerror", (error) => this.faults.push(String(error)));
    this.page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "data:" && url.origin !== origin) this.faults.push(`asked ${url.href}`);
    });
  }
}
