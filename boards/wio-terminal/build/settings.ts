/** The settings that a board starts with: `.env.defaults`, then `.env.local`, as DeviceScript's tools read them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ROOT } from "./paths";

const FILES = [".env.defaults", ".env.local"];

export function readSettings(root = ROOT): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const file of FILES.map((name) => join(root, name)).filter((path) => existsSync(path))) {
    for (const [key, value] of Object.entries(parseEnv(readFileSync(file, "utf8")))) {
      // An empty one is a line to fill in.
      if (value) settings[key] = value;
    }
  }
  return settings;
}
