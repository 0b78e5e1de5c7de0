import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { keepNewest } from "../../../boards/tools/firmware/keep-newest";

it("keeps the newest files, whatever their names are", () => {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-newest-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, atS] of Object.entries({ b: 1, a: 4, d: 2, c: 3 })) {
    writeFileSync(join(dir, name), name);
    utimesSync(join(dir, name), atS, atS);
  }
  keepNewest(dir, 4);
  expect(readdirSync(dir)).toHaveLength(4);
  keepNewest(dir, 2);
  expect(readdirSync(dir).sort()).toEqual(["a", "c"]);
});
