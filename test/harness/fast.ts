import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");
/** Whoever imports one of these may start a process, listen, connect, or emulate. */
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
/** It only looks at a text. */
const IS_IP = 'import { isIP } from "node:net"';

/**
 * The test files that need nothing but Node: no process, broker, browser or emulator can be
 * reached over their imports. So a test says by what it imports whether it is fast.
 *
 * @returns paths from the root, as `test/common/rule.test.ts`
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

/** Imports of types are erased: they reach nothing. */
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
