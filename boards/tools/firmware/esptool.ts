import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";

/** What the DeviceScript CLI is to run as its esptool, in ROOT: it splits this at each space. */
export const ESPTOOL = "node --import tsx boards/tools/esptool.ts";

/** Optional packages: everything else works without them. */
const PACKAGES = ["esptool-js", "serialport"];

/** @throws UserError saying what to install */
export function demandEsptool(): void {
  const missing = PACKAGES.filter((name) => !existsSync(join(ROOT, "node_modules", name)));
  if (missing.length > 0)
    throw new UserError(
      `to put a runtime onto a board takes the package ${missing.join(" and ")}: npm install --include=optional`,
    );
}
