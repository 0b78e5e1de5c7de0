import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { launchBrowser, openTab } from "../page/browser";
import { browser, nightlight, usePage } from "../page/world";
import { folderForAll } from "../support/folder";
import { until } from "../support/until";

declare global {
  /** All camera streams that the page has opened. */
  var cameras: MediaStream[];
}

/** The fake camera's video alternates between bright and dark, `FRAMES_EACH` frames of each. */
const [FRAMES_EACH, FRAMES_PER_S] = [20, 10];
const [WIDTH, HEIGHT] = [64, 48];

/**
 * Builds a video for `--use-file-for-fake-video-capture`. Each frame has a plane of brightness,
 * then two planes of colour.
 */
function video(): Buffer {
  const frames = [235, 16].map((brightness) =>
    Buffer.concat([
      Buffer.from("FRAME\n"),
      Buffer.alloc(WIDTH * HEIGHT, brightness),
      Buffer.alloc((WIDTH * HEIGHT) / 2, 128),
    ]),
  );
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_S}:1 Ip A1:1 C420jpeg\n`),
    ...frames.flatMap((frame) => Array<Buffer>(FRAMES_EACH).fill(frame)),
  ]);
}

const FAKE_CAMERA = "--use-fake-device-for-media-stream";
/** This flag permits the camera, whatever permissions the browser context has. */
const PERMIT = "--use-fake-ui-for-media-stream";

describe("the camera as the light sensor", () => {
  const dir = folderForAll();
  let page: Page;
  const faults: string[] = [];

  const file = join(dir, "camera.y4m");
  writeFileSync(file, video());
  const flags = [FAKE_CAMERA, PERMIT, `--use-file-for-fake-video-capture=${file}`];
  usePage({ simulate: false }, {}, flags);

  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });

  /**
   * Opens the page of the device.
   * @param before runs in the page before the page's own scripts
   */
  async function open(by = browser, before: () => void = () => undefined): Promise<void> {
    page = await openTab(by);
    const { origin } = new URL(nightlight.url);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin)) faults.push(`asked ${request.url()}`);
    });
    await page.addInitScript(() => {
      globalThis.cameras = [];
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        globalThis.cameras.push(stream);
        return stream;
      };
    });
    await page.addInitScript(before);
    await page.goto(`${nightlight.url}/device`);
    await page.locator("#status", { hasText: "online" }).waitFor();
  }

  const button = () => page.getByRole("button", { name: "Use the camera" });
  const untilNoted = (words: string | RegExp) =>
    page.locator("#camera-note", { hasText: words }).waitFor();
  const tracks = () =>
    page.evaluate(() =>
      globalThis.cameras.flatMap((stream) =>
        stream.getTracks().map(({ kind, readyState }) => `${kind} ${readyState}`),
      ),
    );
  const light = async () => Number(await page.locator("#light").inputValue());

  it("is not opened before a person asks, and then gives the device its brightness", async () => {
    await open();
    expect(await tracks()).toEqual([]);
    const id = await page.locator("#device-id").innerText();
    await button().click();
    await untilNoted("The camera is on.");
    await until("dark", async () => (await light()) < 60);
    await page.locator("#led", { hasText: "LED on" }).waitFor();
    await until("bright", async () => (await light()) > 960);
    await page.locator("#led", { hasText: "LED off" }).waitFor();
    await until("its reading", async () => ((await nightlight.device(id))?.light ?? 0) > 960);
    expect(await tracks()).toEqual(["video live"]);
  });

  it("is closed when it is switched off, or when another client changes the light", async () => {
    await open();
    for (const other of [button(), page.getByLabel("Clouds")]) {
      await button().click();
      await untilNoted("The camera is on.");
      await other.click();
      await until("closed", async () => (await tracks()).every((track) => track === "video ended"));
      expect(await button().getAttribute("aria-pressed")).toBe("false");
    }
    await page.locator("#light").fill("500");
    expect(await light()).toBe(500);
  });

  it("is closed when the tab is hidden", async () => {
    await open();
    await button().click();
    await untilNoted("The camera is on.");
    // The test sets `document.hidden` itself, because Playwright tells every page that it is
    // visible.
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await untilNoted("The camera was switched off, because this tab was hidden.");
    expect(await tracks()).toEqual(["video ended"]);
  });

  it("reports that it was disconnected", async () => {
    await open();
    await button().click();
    await untilNoted("The camera is on.");
    await page.evaluate(() => {
      for (const track of globalThis.cameras[0]?.getTracks() ?? [])
        track.dispatchEvent(new Event("ended"));
    });
    await untilNoted("The camera has stopped");
    expect(await button().getAttribute("aria-pressed")).toBe("false");
  });

  it.each([
    [
      "a person does not permit it",
      [FAKE_CAMERA, "--use-fake-ui-for-media-stream=deny"],
      "not allowed",
    ],
    ["there is none", [`${FAKE_CAMERA}=device-count=0`, PERMIT], "No camera was found."],
  ])("reports that %s, and the device works without it", async (_what, flags, words) => {
    const without = await launchBrowser(flags);
    await open(without);
    await button().click();
    await untilNoted(words);
    expect(await button().getAttribute("aria-pressed")).toBe("false");
    await page.locator("#light").fill("20");
    await page.locator("#led", { hasText: "LED on" }).waitFor();
    await page.context().close();
    await without.close();
  });

  it("needs a page that was loaded over a secure connection", async () => {
    await open(browser, () =>
      Object.defineProperty(globalThis, "isSecureContext", { value: false }),
    );
    await button().click();
    await untilNoted(
      "The camera works only on a page that was loaded over https or from localhost",
    );
    expect(await tracks()).toEqual([]);
  });
});
