import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

export interface Asset {
  type: string;
  body: Uint8Array;
}

/**
 * A page's files by path, its TypeScript and CSS bundled in memory: nothing to build by hand.
 * @param folder with index.html, page.ts and style.css
 */
export async function bundlePage(folder: string): Promise<Map<string, Asset>> {
  const result = await build({
    entryPoints: [join(folder, "page.ts"), join(folder, "style.css")],
    outdir: "/",
    bundle: true,
    write: false,
    format: "iife",
    minify: true,
    target: "es2022",
    logLevel: "silent",
  });
  const assets = new Map<string, Asset>();
  assets.set("/", {
    type: "text/html; charset=utf-8",
    body: readFileSync(join(folder, "index.html")),
  });
  for (const { path, contents } of result.outputFiles)
    assets.set(path, {
      type: path.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
      body: contents,
    });
  return assets;
}
