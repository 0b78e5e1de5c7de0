/**
 * `npm run test:window`: presses F5 in a VS Code window, as a person does. The test trusts the
 * folder, installs this repository's extension, sets a breakpoint in the firmware and one in the
 * server, and starts each of the extension's configurations repeatedly. Runs on Debian, with
 * chromium. Not part of `npm test`, because it downloads and builds code-server.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, readFlags } from "../../../boards/tools/command";
import { onShutdownRequest } from "../../../server/base/shutdown";
import { launchBrowser, openTab } from "../../page/browser";
import { Checkout } from "../../support/checkout";
import { FOLDER, installCodeServer, startCodeServer } from "./code-server";
import { STOP_MS, Window } from "./window";

const USAGE = `Usage: npm run test:window

F5 in a VS Code window, again and again: docs/vscode.md. Takes no options.
`;

const ROUNDS = Number(process.env["F5_TIMES"] ?? 10);

await command(async () => {
  readFlags(USAGE, {});
  // Everything is stopped and removed at the event "exit": so no failure of one part, and no signal,
  // can leave another part behind.
  onShutdownRequest(() => process.exit(1));
  await installCodeServer();
  const data = mkdtempSync(join(tmpdir(), "nightlight-window-"));
  // Retries, because code-server may be killed while it is writing.
  process.once("exit", () => rmSync(data, { recursive: true, force: true, maxRetries: 10 }));
  const url = await startCodeServer(data);
  const checkout = new Checkout();
  process.once("exit", () => checkout.remove());
  // Without this change, the other recommended extensions would be downloaded.
  checkout.write(".vscode/extensions.json", '{ "recommendations": [] }\n');
  const browser = await launchBrowser();
  const page = await openTab(browser, { viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(STOP_MS);
  const window = new Window(page, checkout);
  try {
    await window.open(url);
    await window.breakAt("server/deciding/decisions.ts", "const on = decide(this.rule");
    await window.breakAt("src/nightlight.ts", "cadence.report(nowMs, light)");
    await window.runs("Nightlight", ["nightlight.ts"], ROUNDS);
    await window.runs("Nightlight, everything", ["nightlight.ts", "decisions.ts"], ROUNDS);
  } catch (error) {
    window.failed++;
    console.log(String(error));
    await page.screenshot({ path: join(FOLDER, "last.png") });
  }
  console.log(`${window.passed} passed, ${window.failed} failed`);
  process.exit(window.failed > 0 ? 1 : 0);
});
process.exit();
