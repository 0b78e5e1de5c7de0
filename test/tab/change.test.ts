import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { openTab } from "../page/browser";
import { browser, nightlight, usePage } from "../page/world";
import { folderForAll } from "../support/folder";

const original = readFileSync(join(ROOT, "src/nightlight.ts"), "utf8");
const REPORTED = "    const light = Math.round(ratio * LIGHT_MAX_RAW);\n";
const FAULT = '    if (light === 5) throw new Error("too dark");\n';
const changed = original
  .replace('console.log("Connected")', 'console.log("Connected, and changed")')
  .replace(REPORTED, REPORTED + FAULT);

describe("a program changed in class", () => {
  let page: Page;
  const faults: string[] = [];

  const dir = folderForAll();
  const security = { ...OPEN_ON_LOOPBACK, usersDir: dir, listen: "127.0.0.1" };
  usePage({ security, classroom: true, simulate: false });
  beforeAll(async () => {
    page = await openTab(browser);
    watch(page);
    await page.goto(nightlight.joinUrls[0] ?? "");
    await untilOnline(page);
  });

  function watch(watched: Page): void {
    // The browser logs styles and scripts that the content security policy has blocked.
    watched.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    watched.on("pageerror", (error) => faults.push(String(error)));
  }

  async function untilOnline(tab: Page): Promise<void> {
    await tab.locator("#status", { hasText: /^online/ }).waitFor();
  }

  const editor = (tab = page) => tab.locator("#editor .cm-content");
  /** Inserts the text into the editor, as a person pastes it. */
  async function write(text: string): Promise<void> {
    await editor().press("ControlOrMeta+a");
    await editor().evaluate((content, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", pasted);
      const how = { clipboardData, bubbles: true, cancelable: true };
      content.dispatchEvent(new ClipboardEvent("paste", how));
    }, text);
  }

  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const untilNoted = (words: RegExp) => page.locator("#change-note", { hasText: words }).waitFor();
  const untilLogged = (words: RegExp) =>
    page.locator("#log li", { hasText: words }).first().waitFor();

  it("loads its editor only when it is opened", async () => {
    const loaded = () =>
      page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect((await loaded()).filter((name) => name.endsWith("editor.js"))).toEqual([]);
    await page.locator("#change summary").click();
    await editor().waitFor();
    expect((await loaded()).filter((name) => name.endsWith("editor.js"))).toHaveLength(1);
    // The editor renders only the visible part of a long text.
    expect(await editor().innerText()).toContain(original.split("\n")[0]);
  });

  it("shows the line of a compiler error, and goes there", async () => {
    await write(original.replace("let seq = 0", 'let seq: number = "none"'));
    // Compiles by the keyboard alone.
    await editor().press("Control+Enter");
    await untilNoted(/^The program does not compile: 1 error/);
    const line = original.slice(0, original.indexOf("let seq = 0")).split("\n").length;
    const error = page.locator("#change-errors button");
    expect(await error.innerText()).toBe(
      `Line ${line}, column 7: Type 'string' is not assignable to type 'number'. (TS2322)`,
    );
    await error.press("Enter");
    await page.keyboard.type("// here ");
    expect(await editor().innerText()).toContain("  let // here seq");
    expect(await page.locator("#editor .cm-lint-marker-error").count()).toBe(1);
  });

  it("runs, and shows the line in which it panics", async () => {
    await page.locator("#inside summary").click();
    await write(changed);
    await press("Run it here");
    await untilNoted(/runs your program/);
    await untilLogged(/Connected, and changed/);
    await untilOnline(page);
    await page.locator("#light").fill("5");
    const line = changed.slice(0, changed.indexOf(FAULT)).split("\n").length;
    const panic = page.locator("#change-panic");
    await panic.waitFor();
    expect(await panic.innerText(), await page.locator("#log").innerText()).toMatch(
      new RegExp(
        `^Panic \\d+ at src/nightlight.ts:${line}, Exception: Error "too dark"\\. The program restarts\\.$`,
      ),
    );
    await page.locator("#light").fill("600");
  });

  it("can be sent as a link to others, who see it before it runs", async () => {
    await press("Share by link");
    await page.locator("#change-link").waitFor();
    const link = await page.locator("#change-address").inputValue();
    expect(new URL(link).hash.length).toBeLessThan(changed.length);
    const other = await page.context().newPage();
    watch(other);
    await other.goto(link);
    await other.locator("#change-shared").waitFor();
    await editor(other).waitFor();
    expect(new URL(other.url()).hash).toBe("");
    await untilOnline(other);
    await other.locator("#inside summary").click();
    const lines = other.locator("#log li");
    await lines.filter({ hasText: "Connected" }).first().waitFor();
    expect(await lines.filter({ hasText: "changed" }).count()).toBe(0);
    await other.getByRole("button", { name: "Run it here" }).click();
    await lines.filter({ hasText: "Connected, and changed" }).first().waitFor();
    await other.close();
  });

  it("is replaced by the original in one click", async () => {
    await press("Back to the original");
    await untilNoted(/runs the original/);
    await untilLogged(/Connected$/);
    const hash = await page.locator("#fact-program").innerText();
    const served = await page.evaluate(async () => {
      const program = await (await fetch("device/program.devs")).arrayBuffer();
      const hash = await crypto.subtle.digest("SHA-256", program);
      return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    });
    expect(hash).toBe(served);
    expect(faults).toEqual([]);
  });
});
