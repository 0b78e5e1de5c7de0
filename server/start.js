/**
 * `npm start`: bundles the server into a few JavaScript files, only if a source or a package has
 * changed. Resolving and translating some hundred files took most of the time of a start. Written
 * in JavaScript, because Node 20 runs no TypeScript by itself.
 */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import module from "node:module";
import { basename, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/**
 * Folder of the bundle. It is as deep as server/base, because root.ts there finds the checkout
 * relative to its own path.
 */
const FOLDER = join(ROOT, ".devicescript/server");
const COMPILED = join(ROOT, ".devicescript/compiled");
/** List of the kept bundle's sources and files, with their fingerprints. */
const LIST = join(FOLDER, "main.json");
/** Files that determine the packages, and how the sources are translated. */
const ALWAYS = ["package-lock.json", "package.json", "tsconfig.json", "server/start.js"];
/**
 * Packages outside the bundle: they load files from their own folder, or, like jacdac-ts, are one
 * large file already.
 */
const APART = ["esbuild", "jacdac-ts", "koffi", "node-sqlite3-wasm", "serialport"];
const OLD_MS = 24 * 60 * 60 * 1000;

const kept = keptServer();
// Node 22.8 and later cache compiled code, but never clear this cache. So each new bundle clears
// it.
if (kept === undefined) clearCompiled();
module.enableCompileCache?.(COMPILED);
const main = kept ?? (await newServer());
if (main !== undefined) await import(pathToFileURL(main).href);
else {
  // Without a writable folder, tsx translates the sources at each start, which is slower.
  const { register } = await import("tsx/esm/api");
  register();
  await import("./main.ts");
}

/**
 * Returns the server of the last start if no source has changed and none of its files is damaged,
 * as after a power failure.
 */
function keptServer() {
  try {
    const { inputs, files, main } = JSON.parse(readFileSync(LIST, "utf8"));
    const isSame = ([path, print]) => fingerprint(readFileSync(join(ROOT, path))) === print;
    if ([...Object.entries(inputs), ...Object.entries(files)].every(isSame))
      return join(ROOT, main);
  } catch {
    // There is no kept server, or a source is missing.
  }
  return undefined;
}

/**
 * Bundles the server.
 * @returns the path of the main file, or undefined if the bundle can't be written
 */
async function newServer() {
  const { outputFiles, metafile } = await bundle();
  const files = outputFiles.map(({ path, contents }) => ({ path: relative(ROOT, path), contents }));
  const main = files.find(({ path }) => basename(path).startsWith("main-")).path;
  const sources = Object.keys(metafile.inputs).filter((path) => !path.includes("node_modules/"));
  const inputs = [...sources, ...ALWAYS].map((path) => [path, readFileSync(join(ROOT, path))]);
  const list = {
    inputs: prints(inputs),
    files: prints(files.map(({ path, contents }) => [path, contents])),
    main,
  };
  try {
    mkdirSync(FOLDER, { recursive: true });
    for (const { path, contents } of files) write(join(ROOT, path), contents);
    // Written last: an interrupted start leaves no incomplete server.
    write(LIST, JSON.stringify(list));
  } catch (error) {
    console.error(
      `nightlight: starting slowly, because the bundled server can't be stored: ${error.message}`,
    );
    return undefined;
  }
  clearOut(new Set([basename(LIST), ...files.map(({ path }) => basename(path))]));
  return join(ROOT, main);
}

async function bundle() {
  try {
    const { build } = await import("esbuild");
    return await build({
      absWorkingDir: ROOT,
      entryPoints: ["server/main.ts"],
      entryNames: "[name]-[hash]",
      outdir: FOLDER,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      // Code that only some starts need goes into separate files.
      splitting: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      target: "node20",
      // Halves the size to read. Names are kept, for stack traces.
      minifyWhitespace: true,
      minifySyntax: true,
      external: APART,
      // CommonJS packages load Node's modules with `require`.
      banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
      },
    });
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
    console.error(
      `nightlight: can't bundle the server: ${line}; run npm ci with optional packages`,
    );
    process.exit(1);
  }
}

function write(path, contents) {
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

/**
 * Removes old files, including those of server/base/cache.ts, whose results can be computed again.
 */
function clearOut(made) {
  for (const name of readdirSync(FOLDER)) {
    const path = join(FOLDER, name);
    if (!made.has(name) && Date.now() - statSync(path).mtimeMs > OLD_MS)
      rmSync(path, { force: true });
  }
}

function clearCompiled() {
  try {
    rmSync(COMPILED, { recursive: true, force: true });
  } catch {
    // A folder that can't be written does not grow, so nothing has to be removed.
  }
}

/**
 * Returns the fingerprint of each file.
 * @param contents by path
 */
function prints(contents) {
  return Object.fromEntries(contents.map(([path, content]) => [path, fingerprint(content)]));
}

function fingerprint(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
