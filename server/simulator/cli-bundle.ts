import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, readCached, writeCached } from "../base/cache";
import { ROOT } from "../base/root";

const BUNDLE = join(ROOT, "node_modules/@devicescript/cli/built/devicescript-cli.cjs");
const TAIL = "\n  }\n});";

/**
 * Extracts a CommonJS section of the DeviceScript CLI, which does not export it. The section is
 * cached: the bundle has 28 MB, and the virtual machine is 2 % of it.
 * @param name as in the bundle
 * @throws Error if the bundle has no such section
 */
export function sectionSource(name: string): string {
  const { size, mtimeMs } = statSync(BUNDLE);
  const cached = `section-${fingerprint(`${BUNDLE} ${name} ${size} ${mtimeMs}`)}`;
  const kept = readCached(cached)?.toString();
  if (kept !== undefined) return kept;
  const head = `"${name}"(exports, module2) {`;
  const bundle = readFileSync(BUNDLE, "utf8");
  const start = bundle.indexOf(head);
  const end = bundle.indexOf(TAIL, start);
  if (start < 0 || end < 0)
    throw new Error(`no ${name} in ${BUNDLE}: has @devicescript/cli changed its layout?`);
  const text = bundle.slice(start + head.length, end);
  writeCached(cached, text);
  return text;
}

/**
 * Runs a section of the CLI's bundle.
 * @param require returns the modules that the section asks for
 * @returns the exports of the section
 */
export function evaluateSection(source: string, require: (name: string) => unknown): unknown {
  const module = { exports: {} as unknown };
  const parameters = ["exports", "module2", "require", "__filename", "__dirname"];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- code of a pinned package
  const define = new Function(...parameters, source);
  (define as (...args: unknown[]) => void)(module.exports, module, require, BUNDLE, ROOT);
  return module.exports;
}
