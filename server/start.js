/**
 * `npm start`: the server as one file of JavaScript, which is made again only if a source or a
 * package has changed. Translating and finding some hundred files took most of the time of a
 * start. Plain JavaScript, as Node 20 runs nothing else by itself.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** As deep as server/base/root.ts, which finds the checkout by its own place. */
const FOLDER = join(ROOT, ".devicescript/server");
/** They find files of their own beside themselves. */
const APART = ["esbuild", "node-sqlite3-wasm", "serialport"];
const OLD_MS = 24 * 60 * 60 * 1000;

const main = join(FOLDER, `main-${fingerprint()}.mjs`);
try {
  if (!existsSync(main)) await bundle();
} catch (error) {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  console.error(
    `nightlight: the server was not bundled: ${line}; run npm ci, with optional packages`,
  );
  process.exit(1);
}
process.setSourceMapsEnabled(true);
await import(pathToFileURL(main).href);

/** Of everything that the bundle is made from. */
function fingerprint() {
  const files = ["server", "src", "boards"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|js)$/.test(name))
      .sort()
      .map((name) => join(folder, name)),
  );
  const hash = createHash("sha256");
  for (const file of [...files, "package-lock.json", "package.json"])
    hash.update(`\n${file}\n`).update(readFileSync(join(ROOT, file)));
  return hash.digest("hex").slice(0, 16);
}

async function bundle() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [{ in: join(ROOT, "server/main.ts"), out: basename(main, ".mjs") }],
    outdir: FOLDER,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What only some starts need is a file of its own.
    splitting: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: true,
    sourcesContent: false,
    external: APART,
    // Packages in CommonJS ask for Node's modules by it.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  mkdirSync(FOLDER, { recursive: true });
  // The one that is looked for comes last: a start that breaks off leaves no half of a server.
  const inOrder = outputFiles.sort((a, b) => Number(a.path === main) - Number(b.path === main));
  for (const { path, contents } of inOrder) {
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
  const made = new Set(outputFiles.map(({ path }) => path));
  for (const path of readdirSync(FOLDER).map((name) => join(FOLDER, name)))
    if (!made.has(path) && Date.now() - statSync(path).mtimeMs > OLD_MS) rmSync(path);
}
