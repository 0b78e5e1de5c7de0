import { join } from "node:path";
import { type Asset, bundlePage } from "./base/page-bundle";
import { ROOT } from "./base/root";
import { browserMachine } from "./simulator/browser-machine";

/** The files of a device in a browser tab but for its program, by their path below `/device`. */
export async function tabFiles(): Promise<Map<string, Asset>> {
  const [files, { script, wasm }] = await Promise.all([
    bundlePage(join(ROOT, "server/tab"), ["worker.ts"]),
    browserMachine(),
  ]);
  files.set("/machine.js", { type: "text/javascript; charset=utf-8", body: script });
  files.set("/machine.wasm", { type: "application/wasm", body: wasm });
  return files;
}
