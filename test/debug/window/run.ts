/**
 * `npm run test:window`: presses F5 in a VS Code window, as a person does. The test trusts the
 * folder, installs this repository's extension, sets a breakpoint in the firmware and one in the
 * server, and starts each of the extension's configurations repeatedly. Runs on Debian, with
 * chromium. Not part of `npm test`, because it downloads and builds code-server.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { printHelpIfAsked } from "../../../boards/tools/command";
import { waitFor } from "../../../server/base/wait-for";
import { launchBrowser, openTab } from "../../page/browser";
import { Checkout } from "../../support/checkout";
import { CodeServer, FOLDER, installCodeServer } from "./code-server";

printHelpIfAsked(`Usage: npm run test:window

F5 in a VS Code window, again and again: CONTRIBUTING.md. It takes no options.
`);

const ROUNDS = Number(process.env["F5_TIMES"] ?? 10);
const STOPPED = ".debug-top-stack-frame-line";
const STOP_MS = 60_000;

installCodeServer();
const checkout = new Checkout();
// Without this change, the other recommended extensions would be downloaded.
checkout.write(".vscode/extensions.json", '{ "recommendations": [] }\n');
const data = mkdtempSync(join(tmpdir(), "nightlight-window-"));
const server = await CodeServer.start(data);
const browser = await launchBrowser();
let [passed, failed] = [0, 0];
const page = await openTab(browser, { viewport: { width: 1400, height: 900 } });
page.setDefaultTimeout(STOP_MS);
try {
  await page.goto(`${server.url}?folder=${checkout.dir}`);
  await page.getByRole("button", { name: /I trust/ }).click();
  await page.getByRole("button", { name: "Install", exact: true }).click();
  await page
    .getByText("Installed", { exact: true })
    .or(page.getByText("Uninstall"))
    .first()
    .waitFor();
  await breakAt("server/deciding/decisions.ts", "const on = decide(this.rule");
  await breakAt("src/nightlight.ts", "cadence.report(nowMs, light)");
  await choose("Nightlight");
  await round("Nightlight", ["nightlight.ts"]);
  for (let i = 1; i < ROUNDS; i++) await again("Nightlight", ["nightlight.ts"]);
  await choose("Nightlight, everything");
  await round("Nightlight, everything", ["nightlight.ts", "decisions.ts"]);
  for (let i = 1; i < ROUNDS; i++)
    await again("Nightlight, everything", ["nightlight.ts", "decisions.ts"]);
} catch (error) {
  failed++;
  console.log(String(error));
} finally {
  await page.screenshot({ path: join(FOLDER, "last.png") });
  await browser.close();
  await server.stop();
  checkout.remove();
  rmSync(data, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** Opens a file from the explorer, and presses F9 in the line that contains the text. */
async function breakAt(path: string, text: string): Promise<void> {
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
  const lines = checkout.read(path).toString().split("\n");
  await pick("Control+G", `:${lines.findIndex((line) => line.includes(text)) + 1}`);
  await page.keyboard.press("F9");
  await page
    .locator(".codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified")
    .first()
    .waitFor();
}

/** Starts a configuration by its name. */
async function choose(name: string): Promise<void> {
  await pick("Control+Shift+P", ">Debug: Select and Start Debugging");
  await page
    .locator(".quick-input-widget .monaco-highlighted-label", { hasText: name })
    .first()
    .waitFor();
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
}

async function pick(keys: string, text: string): Promise<void> {
  await page.keyboard.press(keys);
  await page.locator(".quick-input-widget input").fill(text);
  await page.locator(".quick-input-widget .monaco-list-row").first().waitFor();
  await page.keyboard.press("Enter");
}

async function again(name: string, files: string[]): Promise<void> {
  await page.keyboard.press("F5");
  await round(name, files);
}

/**
 * Starts a configuration, waits until the debugger has stopped in each file, and ends the session.
 */
async function round(name: string, files: string[]): Promise<void> {
  const startedMs = performance.now();
  const stopped: string[] = [];
  const isEach = await waitFor(async () => {
    const file = await stoppedIn();
    if (file === undefined) return false;
    if (!stopped.includes(file)) stopped.push(file);
    if (files.every((wanted) => stopped.includes(wanted))) return true;
    await page.keyboard.press("F5");
    return false;
  }, STOP_MS);
  if (isEach) passed++;
  else failed++;
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

async function stoppedIn(): Promise<string | undefined> {
  if ((await page.locator(STOPPED).count()) === 0) return undefined;
  return (await page.locator(".tab.active .label-name").first().textContent()) ?? undefined;
}
