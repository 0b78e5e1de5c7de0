import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import type { Config } from "../../server/setup/config";
import type { Options } from "../../server/setup/options";
import { type Started, startNightlight } from "../support/nightlight";
import { launchBrowser } from "./browser";

/** The server of the present test. */
export let nightlight: Started;
/** The browser of the present test. */
export let browser: Browser;

/**
 * Gives the tests of a file, or of a `describe`, a server and a browser.
 * @param options the server's options; by default, the server simulates no device
 * @param flags the browser's additional flags
 */
export function usePage(
  options: Partial<Options> = { simulate: false },
  config: Partial<Config> = {},
  flags: string[] = [],
): void {
  beforeAll(async () => {
    [nightlight, browser] = await Promise.all([
      startNightlight(options, config),
      launchBrowser(flags),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await nightlight.stop();
  });
}
