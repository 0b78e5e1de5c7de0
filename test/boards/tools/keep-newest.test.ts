import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keepNewest } from "../../../boards/tools/firmware/keep-newest";
import { folderForTest } from "../../support/folder";

it("keeps the newest files, whatever their names are", () => {
  const dir = folderForTest();
  for (const [name, atS] of Object.entries({ b: 1, a: 4, d: 2, c: 3 })) {
    writeFileSync(join(dir, name), name);
    utimesSync(join(dir, name), atS, atS);
  }
  keepNewest(dir, 4);
  expect(readdirSync(dir)).toHaveLength(4);
  keepNewest(dir, 2);
  expect(readdirSync(dir).sort()).toEqual(["a", "c"]);
});
