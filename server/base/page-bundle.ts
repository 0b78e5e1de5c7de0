import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle";

export interface Asset {
  type: string;
  body: Uint8Array;
}

/**
 * Bundles a page's TypeScript and CSS, so that no build step is needed. Returns the page's files by
 * path.
 * @param folder contains index.html, page.ts and style.css
 * @param scripts further scripts that become separate files, such as a worker
 */
export async function bundlePage(
  folder: string,
  scripts: string[] = [],
): Promise<Map<string, Asset>> {
  const files = await bundle({
    entryPoints: ["page.ts", "style.css", ...scripts].map((name) => join(folder, name)),
    outdir: "/",
    format: "iife",
    minify: true,
    target: "es2022",
  });
  const assets = new Map<string, Asset>();
  assets.set("/", {
    type: "text/html; charset=utf-8",
    body: readFileSync(join(folder, "index.html")),
  });
  for (const { path, contents } of files)
    assets.set(path, {
      type: path.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
      body: contents,
    });
  return assets;
}
