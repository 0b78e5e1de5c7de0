import { join } from "node:path";
import { type Asset, bundlePage } from "../base/page-bundle";
import { ROOT } from "../base/root";
import { browserMachine } from "./browser-machine";

/**
 * Returns the files of a device in a browser tab, except its program, by their path below
 * `/device`.
 * @param withEditor whether a person may edit the program
 */
export async function tabFiles(withEditor: boolean): Promise<Map<string, Asset>> {
  const scripts = withEditor ? ["worker.ts", "editor.ts"] : ["worker.ts"];
  const [files, { script, wasm }] = await Promise.all([
    bundlePage(join(ROOT, "server/tab"), scripts),
    browserMachine(),
  ]);
  files.set("/machine.js", { type: "text/javascript; charset=utf-8", body: script });
  files.set("/machine.wasm", { type: "application/wasm", body: wasm });
  return files;
}
