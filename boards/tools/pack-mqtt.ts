/** `npm run pack:mqtt`: packs the MQTT client as a package for other projects. */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "../../server/base/make-folder";
import { ROOT } from "../../server/base/root";
import { command, readFlags } from "./command";
import { npm } from "./npm";

const SOURCE = join(ROOT, "src/mqtt");
/**
 * The unpacked package's folder. DeviceScript compiles sources and Node needs JavaScript, so both
 * are in it.
 */
const STAGE = join(ROOT, ".devicescript/mqtt");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
/** CommonJS, because the sources import each other without file extensions. */
const TO_JAVASCRIPT = [
  ...["--module", "commonjs", "--moduleResolution", "node10", "--target", "es2022"],
  ...["--lib", "es2023", "--types", "node", "--strict", "--skipLibCheck", "--declaration"],
];

const USAGE = `Usage: npm run pack:mqtt [-- --into DIR]

Packs the MQTT client for other projects: src/mqtt/README.md.

  --into DIR        the folder for the package              (this folder)
`;

await command(async () => {
  const flags = readFlags(USAGE, { into: { type: "string", default: ROOT } });
  const into = resolve(flags.into);
  makeFolder(into);
  rmSync(STAGE, { recursive: true, force: true });
  cpSync(SOURCE, STAGE, { recursive: true, filter: (file) => file !== join(SOURCE, "node") });
  cpSync(join(ROOT, "LICENSE"), join(STAGE, "LICENSE"));
  const dist = join(STAGE, "dist");
  const paths = ["--rootDir", SOURCE, "--outDir", dist, join(SOURCE, "node/index.ts")];
  execFileSync(process.execPath, [TSC, ...TO_JAVASCRIPT, ...paths], {
    cwd: ROOT,
    stdio: "inherit",
  });
  writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');
  const file = (await npm(STAGE, "pack", "--silent", "--pack-destination", into)).trim();
  console.log(`In another project: npm install ${join(into, file)}`);
});
