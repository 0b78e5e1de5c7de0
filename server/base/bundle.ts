import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions } from "esbuild";
import { fingerprint, readCached, writeCached } from "./cache";
import { ROOT } from "./root";

export interface BundledFile {
  path: string;
  contents: Uint8Array;
}

interface Kept {
  /** Fingerprints of the files that the bundle was made from, by path. */
  inputs: Record<string, string>;
  files: { path: string; base64: string }[];
}

/** Files that determine packages and settings of every bundle. */
const ALWAYS = ["package-lock.json", "tsconfig.json"];

/** Bundles with esbuild, or returns the cached bundle if its sources are unchanged. */
export async function bundle(options: BuildOptions): Promise<BundledFile[]> {
  const name = `bundle-${fingerprint(JSON.stringify(options))}`;
  const kept = readKept(name);
  if (kept && Object.entries(kept.inputs).every(([path, print]) => print === printOf(path)))
    return kept.files.map(({ path, base64 }) => ({
      path,
      contents: Buffer.from(base64, "base64"),
    }));
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const inputs = [...Object.keys(metafile.inputs), ...ALWAYS];
  writeCached(
    name,
    JSON.stringify({
      inputs: Object.fromEntries(inputs.map((path) => [path, printOf(path)])),
      files: outputFiles.map(({ path, contents }) => ({
        path,
        base64: Buffer.from(contents).toString("base64"),
      })),
    }),
  );
  return outputFiles;
}

function readKept(name: string): Kept | undefined {
  const text = readCached(name)?.toString();
  return text === undefined ? undefined : (JSON.parse(text) as Kept);
}

/**
 * Returns the fingerprint of a file.
 * @param path relative to the checkout
 */
function printOf(path: string): string {
  try {
    return fingerprint(readFileSync(join(ROOT, path)));
  } catch {
    return "unreadable";
  }
}
