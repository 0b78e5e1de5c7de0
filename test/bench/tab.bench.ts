import { loadavg } from "node:os";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openTab } from "../page/browser";
import { startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { median } from "./measurement";

const VISITS = 10;
/** Number of changes of the light per visit, alternately to bright and to dark. */
const CHANGES = 12;
/**
 * Minimum time between two changes of the light, ms. A random time of up to the same length is
 * added, so that the changes do not fall into step with a periodic task.
 */
const APART_MS = 250;

declare global {
  /** Called when a worker of the page reports the state of its lamp. */
  var onLamp: (() => void) | undefined;
}

/**
 * A device in a browser's tab, on loopback. Measures the time of a first visit until the first
 * reading is at the broker, and the time from a change of the light to the lamp, through the broker
 * and the server.
 */
export default async function tab(): Promise<string> {
  const [nightlight, browser] = await Promise.all([
    startNightlight({ simulate: false }),
    launchBrowser(),
  ]);
  const witness = await Witness.connect(nightlight.brokerUrl, "+/telemetry");
  try {
    // The first visit is not measured: it waits until the page is bundled and the firmware is
    // compiled.
    await (await visit(browser, nightlight.url, witness)).page.context().close();
    const firstMs: number[] = [];
    const lampMs: number[] = [];
    for (let i = 0; i < VISITS; i++) {
      const { page, readingMs } = await visit(browser, nightlight.url, witness);
      firstMs.push(readingMs);
      for (let change = 0; change < CHANGES; change++)
        lampMs.push(await changeMs(page, change % 2 === 0 ? 20 : 900));
      await page.context().close();
    }
    return report(firstMs, lampMs);
  } finally {
    await witness.stop();
    await browser.close();
    await nightlight.stop();
  }
}

/** Opens the page in a browser with an empty profile. */
async function visit(
  browser: Browser,
  url: string,
  witness: Witness,
): Promise<{ page: Page; readingMs: number }> {
  const page = await openTab(browser);
  await page.addInitScript(() => {
    const { Worker: Usual } = globalThis;
    globalThis.Worker = class extends Usual {
      constructor(...script: ConstructorParameters<typeof Worker>) {
        super(...script);
        this.addEventListener("message", ({ data }: MessageEvent<{ kind: string }>) => {
          if (data.kind === "brightness") globalThis.onLamp?.();
        });
      }
    };
  });
  const before = witness.seen.length;
  const reading = new Promise<number>((resolve) =>
    witness.client.once("message", () => resolve(performance.now())),
  );
  const startMs = performance.now();
  await page.goto(`${url}/device`, { waitUntil: "commit" });
  const readingMs = (await reading) - startMs;
  await until("a second reading", () => witness.seen.length > before + 1);
  return { page, readingMs };
}

/** Returns the time from the slider's event to the lamp's event, ms, measured within the page. */
async function changeMs(page: Page, lightRaw: number): Promise<number> {
  const waitMs = APART_MS * (1 + Math.random());
  await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), waitMs);
  return await page.evaluate(async (value) => {
    const slider = document.querySelector<HTMLInputElement>("#light");
    if (!slider) throw new Error("no slider");
    const lamp = new Promise<void>((resolve) => (globalThis.onLamp = resolve));
    slider.valueAsNumber = value;
    const startMs = performance.now();
    slider.dispatchEvent(new Event("input"));
    await lamp;
    return performance.now() - startMs;
  }, lightRaw);
}

function report(firstMs: number[], lampMs: number[]): string {
  const row = (name: string, asked: string, values: number[]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at90 = sorted[Math.floor(0.9 * sorted.length)] ?? NaN;
    const figures = [median(values) ?? NaN, at90, sorted[0] ?? NaN];
    return [name.padEnd(34), ...figures.map((ms) => `${Math.round(ms)} ms`.padStart(8)), asked];
  };
  const load = loadavg()[0]?.toFixed(1);
  return [
    `A device in a tab: ${VISITS} first visits, ${lampMs.length} changes of the light; load ${load}`,
    ["".padEnd(34), "p50".padStart(8), "p90".padStart(8), "min".padStart(8), "expected"].join(" "),
    row("first load to first reading", "p50 < 1000 ms", firstMs).join(" "),
    row("change of light to lamp", "p50 < 50 ms", lampMs).join(" "),
  ].join("\n");
}
