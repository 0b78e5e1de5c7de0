import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { makePackage } from "../../boards/wio-terminal/build/package";
import { UsbBoard } from "../boards/wio-terminal/usb-board";
import { Witness } from "../support/witness";
import { openTab, Tab } from "./browser";
import { browser, nightlight, usePage } from "./world";

/** Functions in the page that connect it with the board on the computer's USB port. */
interface FakeWindow {
  toBoard: (bytes: number[]) => void;
  fromBoard: (bytes: number[]) => void;
}

/**
 * Stands in for `navigator.serial`, because there is no browser dialog and no driver here. It
 * passes the bytes to the test, and follows the specification as far as the page uses it.
 */
function standInForSerial(): void {
  const page = globalThis as unknown as FakeWindow;
  const state = { isOpen: false };
  const port = {
    readable: null as ReadableStream<Uint8Array> | null,
    writable: null as WritableStream<Uint8Array> | null,
    open({ baudRate }: { baudRate: number }) {
      if (state.isOpen) throw new DOMException("The port is already open.", "InvalidStateError");
      if (baudRate === 1200) throw new Error("that would restart the board");
      state.isOpen = true;
      port.readable = new ReadableStream({
        start(controller) {
          page.fromBoard = (bytes) => controller.enqueue(Uint8Array.from(bytes));
        },
        cancel() {
          page.fromBoard = () => undefined;
        },
      });
      port.writable = new WritableStream({ write: (bytes) => page.toBoard([...bytes]) });
      return Promise.resolve();
    },
    setSignals: () =>
      location.hash === "#refused"
        ? Promise.reject(new DOMException("Failed to set control signals.", "NetworkError"))
        : Promise.resolve(),
    close() {
      if (port.readable?.locked || port.writable?.locked) throw new TypeError("locked");
      state.isOpen = false;
      return Promise.resolve();
    },
  };
  const serial = {
    requestPort({ filters }: { filters: unknown[] }) {
      if (JSON.stringify(filters) !== '[{"usbVendorId":10374,"usbProductId":32813}]')
        throw new DOMException("No port selected by the user.", "NotFoundError");
      if (location.hash === "#nobody")
        throw new DOMException("No port selected by the user.", "NotFoundError");
      return Promise.resolve(port);
    },
  };
  Object.defineProperty(navigator, "serial", { value: serial });
}

const panelOf = (page: Page) => page.getByText("Set up a Wio Terminal by USB");
const stepsOf = (page: Page) => page.locator("#usb-steps li");

describe("setting up a Wio Terminal from the page", () => {
  usePage();

  describe("with a board", () => {
    let board: UsbBoard;
    let page: Page;

    beforeEach(async () => {
      board = await UsbBoard.start(makePackage(await compileFirmware(), { ID: "fresh" }));
      await board.until("the serial port is there", () => board.plugs === 1);
      page = await openTab(browser);
      await page.addInitScript(standInForSerial);
      await page.exposeFunction("toBoard", (bytes: number[]) =>
        board.write(Uint8Array.from(bytes)),
      );
      board.onData = (bytes) => {
        // A page that is still loading has no `fromBoard` yet, so it receives nothing.
        void page
          .evaluate(
            (data) => (globalThis as unknown as Partial<FakeWindow>).fromBoard?.(data),
            [...bytes],
          )
          .catch(() => undefined);
      };
    });
    afterEach(async () => {
      board.onData = () => undefined;
      await page.context().close();
      await board.stop();
    });

    it("shows each mistake, then sets the board up and shows the progress", async () => {
      const witness = await Witness.connect(nightlight.brokerUrl);
      await page.goto(nightlight.url);
      await panelOf(page).click();
      const setUp = page.getByRole("button", { name: "Choose the board and set it up" });
      await setUp.click();
      const mistakes = page.locator("#usb-mistakes");
      expect(await mistakes.innerText()).toBe("Fill in at least one field.");
      await page.getByLabel("Id", { exact: true }).fill("a/b");
      await page.getByLabel("Wi-Fi password").fill("good night");
      await setUp.click();
      expect((await mistakes.innerText()).split("\n")).toEqual([
        expect.stringMatching(/^id: expected 1 to 64 characters/),
        "Wi-Fi password: needs the Wi-Fi name beside it",
      ]);
      expect(await stepsOf(page).count()).toBe(0);

      await page.getByLabel("Id", { exact: true }).fill("desk-1");
      await page.getByLabel("Wi-Fi name").fill("home");
      const { port } = new URL(nightlight.brokerUrl);
      await page.getByLabel("Broker", { exact: true }).fill(`mqtt://broker.home:${port}`);
      await setUp.click();
      await page.getByText("The nightlight is connected.").waitFor();
      expect(await stepsOf(page).allInnerTexts()).toEqual([
        "Waiting for the board.",
        "Settings: stored on the board.",
        "Wi-Fi: joined, address 10.0.2.15.",
        `Broker: connecting to broker.home, port ${port}, as desk-1.`,
        "Broker: reached; it lets the board in.",
        "First reading: sent.",
        expect.stringMatching(
          /^First reading: (acknowledged by the broker|answered by the server)\.$/,
        ),
        "The nightlight is connected.",
      ]);
      expect(witness.payloads("desk-1/telemetry")).not.toEqual([]);
      expect(await page.getByLabel("Wi-Fi password").inputValue()).toBe("");
      expect(await mistakes.innerText()).toBe("");
      await page.getByRole("heading", { name: "desk-1" }).waitFor();

      // The second set-up uses the same port, which shows that the port was closed properly.
      await page.getByLabel("Wi-Fi name").fill("");
      await page.getByLabel("Wi-Fi password").fill("wrong one");
      await setUp.click();
      expect(await mistakes.innerText()).toBe("Wi-Fi password: needs the Wi-Fi name beside it");
      await page.getByLabel("Wi-Fi name").fill("elsewhere");
      await setUp.click();
      await page.getByText("The settings are stored. Wi-Fi: the network was not found").waitFor();
      expect(await mistakes.innerText()).toBe("");
      await witness.stop();
    });

    it("shows that nothing was changed if no board was chosen", async () => {
      await page.goto(`${nightlight.url}/#nobody`);
      await panelOf(page).click();
      await page.getByLabel("Id", { exact: true }).fill("desk-1");
      await page.getByRole("button", { name: "Choose the board" }).click();
      await page.getByText("No board was chosen. Nothing was changed.").waitFor();
    });

    it("can open the port again after a failure", async () => {
      await page.goto(`${nightlight.url}/#refused`);
      await panelOf(page).click();
      await page.getByLabel("Id", { exact: true }).fill("desk-1");
      const setUp = page.getByRole("button", { name: "Choose the board" });
      await setUp.click();
      await page.getByText("The port can't be opened: Failed to set control signals.").waitFor();
      await page.evaluate(() => void (location.hash = ""));
      await setUp.click();
      await page.getByText("Waiting for the board.").waitFor();
    });
  });

  it("explains why it can't in a browser without Web Serial", async () => {
    const tab = await Tab.open(browser, nightlight.url);
    await tab.page.addInitScript(() => {
      Object.defineProperty(navigator, "serial", { value: undefined });
    });
    await tab.page.reload();
    await panelOf(tab.page).click();
    await tab.page.getByText("This browser has no Web Serial.").waitFor();
    expect(await tab.page.locator("#usb-form").isVisible()).toBe(false);
    await tab.close();
  });

  it("explains that it needs https or localhost", async () => {
    const page = await openTab(browser);
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "serial", { value: undefined });
      Object.defineProperty(globalThis, "isSecureContext", { value: false });
    });
    await page.goto(nightlight.url);
    await panelOf(page).click();
    await page.getByText("only at https:// or at localhost").waitFor();
    await page.context().close();
  });
});
