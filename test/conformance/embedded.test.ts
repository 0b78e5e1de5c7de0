import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { startNightlight } from "../support/nightlight";
import { conformanceOf, type Running } from "./run";

/** Starts the broker as `npm start` does, including its limits. */
async function start(dataDir?: string): Promise<Running> {
  const security = { ...OPEN_ON_LOOPBACK, ...(dataDir !== undefined && { dataDir }) };
  const nightlight = await startNightlight({ simulate: false, security });
  return {
    port: Number(new URL(nightlight.brokerUrl).port),
    webUrl: `${nightlight.url.replace("http", "ws")}/mqtt`,
    stop: () => nightlight.stop(),
  };
}

conformanceOf("the embedded broker", "in memory", start);

conformanceOf("the embedded broker", "with --data", async () => {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-conformance-"));
  const running = await start(dir);
  return {
    ...running,
    stop: async () => {
      await running.stop();
      rmSync(dir, { recursive: true });
    },
  };
});
