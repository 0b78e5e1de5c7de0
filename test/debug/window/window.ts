import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { waitFor } from "../../../server/base/wait-for";
import type { Checkout } from "../../support/checkout";
import { FOLDER } from "./code-server";

/** How long a step in the window may take. */
export const STOP_MS = 60_000;
const STOPPED = ".debug-top-stack-frame-line";

/** A VS Code window in the browser, with a checkout as its folder. */
export class Window {
  passed = 0;
  failed = 0;

  constructor(
    private readonly page: Page,
    private readonly checkout: Checkout,
  ) {}

  /** Opens the checkout's folder, trusts it, and installs this repository's extension. */
  async open(url: string): Promise<void> {
    const { page } = this;
    await page.goto(`${url}?folder=${this.checkout.dir}`);
    await page.getByRole("button", { name: /I trust/ }).click();
    await page.getByRole("button", { name: "Install", exact: true }).click();
    await page
      .getByText("Installed", { exact: true })
      .or(page.getByText("Uninstall"))
      .first()
      .waitFor();
  }

  /** Opens a file from the explorer, and presses F9 in the line that contains the text. */
  async breakAt(path: string, text: string): Promise<void> {
    const { page } = this;
    await page.keyboard.press("Control+Shift+E");
    const explorer = page.getByRole("tree", { name: "Files Explorer" });
    const parts = path.split("/");
    for (const [i, part] of parts.entries()) {
      const name = new RegExp(`^${part}`);
      const item = explorer.getByRole("treeitem", { name, level: i + 1 }).first();
      if (i === parts.length - 1) await item.dblclick();
      else if ((await item.getAttribute("aria-expanded")) !== "true") await item.click();
    }
    await page.getByRole("tab", { name: basename(path) }).waitFor();
    // Collapses the folder again, so that all top-level folders stay visible.
    await page.keyboard.press("Control+Shift+E");
    await explorer.getByRole("treeitem", { name: new RegExp(`^${parts[0]}`), level: 1 }).click();
    const lines = this.checkout.read(path).toString().split("\n");
    await this.pick("Control+G", `:${lines.findIndex((line) => line.includes(text)) + 1}`);
    await page.keyboard.press("F9");
    await page
      .locator(".codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified")
      .first()
      .waitFor();
  }

  /** Starts a configuration by its name, and then again by F5. */
  async runs(name: string, files: string[], rounds: number): Promise<void> {
    await this.choose(name);
    await this.round(name, files);
    for (let i = 1; i < rounds; i++) {
      await this.page.keyboard.press("F5");
      await this.round(name, files);
    }
  }

  private async choose(name: string): Promise<void> {
    const { page } = this;
    await this.pick("Control+Shift+P", ">Debug: Select and Start Debugging");
    await page
      .locator(".quick-input-widget .monaco-highlighted-label", { hasText: name })
      .first()
      .waitFor();
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
  }

  private async pick(keys: string, text: string): Promise<void> {
    const { page } = this;
    await page.keyboard.press(keys);
    await page.locator(".quick-input-widget input").fill(text);
    await page.locator(".quick-input-widget .monaco-list-row").first().waitFor();
    await page.keyboard.press("Enter");
  }

  /** Waits until the debugger has stopped in each file, and ends the session. */
  private async round(name: string, files: string[]): Promise<void> {
    const { page } = this;
    const startedMs = performance.now();
    const stopped: string[] = [];
    const isEach = await waitFor(async () => {
      const file = await this.stoppedIn();
      if (file === undefined) return false;
      if (!stopped.includes(file)) stopped.push(file);
      if (files.every((wanted) => stopped.includes(wanted))) return true;
      await page.keyboard.press("F5");
      return false;
    }, STOP_MS);
    if (isEach) this.passed++;
    else this.failed++;
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(`${name}: stopped in ${stopped.join(", ") || "nothing"} after ${seconds} s`);
    await page.screenshot({ path: join(FOLDER, "window.png") });
    // Shift+F5 is needed twice: to end the server's session, and to end the firmware's session.
    const isOver = await waitFor(
      async () => {
        await page.keyboard.press("Shift+F5");
        return !(await page.locator(".debug-toolbar").isVisible());
      },
      STOP_MS,
      1_000,
    );
    if (!isOver) throw new Error(`${name}: Shift+F5 does not end it`);
  }

  private async stoppedIn(): Promise<string | undefined> {
    const { page } = this;
    if ((await page.locator(STOPPED).count()) === 0) return undefined;
    return (await page.locator(".tab.active .label-name").first().textContent()) ?? undefined;
  }
}
