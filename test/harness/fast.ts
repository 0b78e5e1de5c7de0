import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../../server/base/root";

/**
 * Matches modules that start a process, listen, connect or emulate, so tests that import them are
 * not fast.
 */
const WORLD = new RegExp(
  `^(node:(child_process|cluster|dgram|http2?|https|net|tls|worker_threads)|@devicescript/.*|${[
    "jacdac-ts",
    "koffi",
    "mqtt",
    "playwright-core",
    "serialport",
    "ws",
  ].join("|")})$`,
);
/** An allowed import: `isIP` only parses a text. */
const IS_IP = 'import { isIP } from "node:net"';

/**
 * Finds the test files that need only Node: their imports reach no process, broker, browser or
 * emulator. So the imports of a test file decide whether its tests are fast.
 * @returns paths relative to the root, such as `test/common/rule.test.ts`
 */
export async function fastTests(): Promise<string[]> {
  const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".test.ts"))
    .sort();
  const imports = await importsBetween(tests);
  const reachesWorld = (file: string, seen = new Set<string>()): boolean => {
    if (seen.has(file)) return false;
    seen.add(file);
    return (imports[file]?.imports ?? []).some(({ path, external }) =>
      external ? WORLD.test(path) && !onlyIsIp(file, path) : reachesWorld(path, seen),
    );
  };
  return tests.filter((test) => !reachesWorld(test));
}

/** Returns which files import which. Type imports do not count, because they are erased. */
async function importsBetween(files: string[]): Promise<Imports> {
  const contents = files.map((file) => `import "./${file}";`).join("\n");
  const { metafile } = await build({
    stdin: { contents, resolveDir: ROOT },
    absWorkingDir: ROOT,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "error",
    loader: { ".html": "text", ".css": "text" },
  });
  return metafile.inputs;
}

type Imports = Record<string, { imports: { path: string; external?: boolean }[] }>;

function onlyIsIp(file: string, path: string): boolean {
  return path === "node:net" && readFileSync(join(ROOT, file), "utf8").includes(IS_IP);
}
