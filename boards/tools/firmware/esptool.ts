import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";

/**
 * The command that the DeviceScript CLI runs as esptool, in ROOT. The CLI splits it at each space.
 */
export const ESPTOOL = "node --import tsx boards/tools/esptool.ts";

/** Optional packages. Everything except USB works without them. */
const PACKAGES = ["esptool-js", "serialport"];

/** @throws UserError that says what to install */
export function requireEsptool(): void {
  const missing = PACKAGES.filter((name) => !existsSync(join(ROOT, "node_modules", name)));
  if (missing.length > 0)
    throw new UserError(
      `flashing a runtime needs the package ${missing.join(" and ")}: npm install --include=optional`,
    );
}
