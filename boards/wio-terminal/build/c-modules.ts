/**
 * The dependencies between the modules of the board's C. A module is a `.c` file and the header of
 * the same name. A module depends on the modules whose headers it includes. Each function is
 * declared in its own module's header, so the includes show the calls, too.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { WIO_FOLDER } from "./paths";

/** A file's path below `boards/wio-terminal/`, and its text. */
export type CSources = ReadonlyMap<string, string>;

/** Folders with separate programs: tests, and helpers of the tools and the emulator. */
const NOT_THE_BOARD = new Set(["test", "tools", "emulator"]);

/**
 * Headers whose functions are implemented in other modules: the hardware layer, the events of the
 * USB controller, the list of services, the vectors, and both sides of the virtual machine.
 */
const PORTS = new Set([
  ...["include/board", "include/panel", "usb/usb_device", "jacdac/services", "cortex-m/vectors"],
  ...["runtime/vm_imports", "runtime/vm_start"],
]);

export function readSources(): CSources {
  const folders = readdirSync(WIO_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_THE_BOARD.has(entry.name))
    .map(({ name }) => name);
  const files = folders.flatMap((folder) =>
    readdirSync(join(WIO_FOLDER, folder))
      .filter((name) => /\.[ch]$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(join(WIO_FOLDER, file), "utf8")]));
}

/** @returns one line for each breach of the rules */
export function findProblems(sources: CSources): string[] {
  return [
    ...findCircles(dependencies(sources)),
    ...findStrayFunctions(sources),
    ...findEnumProblems(sources),
  ];
}

function moduleOf(file: string): string {
  return file.replace(/\.[ch]$/, "");
}

function dependencies(sources: CSources): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [file, text] of sources) {
    const from = moduleOf(file);
    const to = found.get(from) ?? new Set();
    found.set(from, to);
    for (const [, name = ""] of text.matchAll(/^#include "(.+)\.h"$/gm)) {
      const beside = posix.join(dirname(file), name);
      const all = [...sources.keys()].filter((path) => basename(path) === `${basename(name)}.h`);
      const headers = all.includes(`${beside}.h`) ? [beside] : all.map(moduleOf);
      for (const header of headers) if (header !== from) to.add(header);
    }
  }
  return found;
}

function findCircles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const problems: string[] = [];
  const finished = new Set<string>();
  const walk = (at: string, path: readonly string[]): void => {
    const start = path.indexOf(at);
    if (start >= 0) problems.push(`cycle: ${[...path.slice(start), at].join(" -> ")}`);
    if (start >= 0 || finished.has(at)) return;
    for (const next of graph.get(at) ?? []) walk(next, [...path, at]);
    finished.add(at);
  };
  for (const module of graph.keys()) walk(module, []);
  return problems;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, "").replace(/__attribute__\(\(.*?\)\)/g, "");
}

/** Finds functions with external linkage: from a type at the start of a line up to `;` or `{`. */
function functions(text: string): { name: string; isDefinition: boolean }[] {
  const heads = withoutComments(text).matchAll(
    /^(?!static|typedef|_Static_assert)[A-Za-z_][\w* ()]*?\b(\w+)\([^;{}]*\)\s*([;{])/gm,
  );
  return [...heads].map(([, name = "", end]) => ({ name, isDefinition: end === "{" }));
}

function findStrayFunctions(sources: CSources): string[] {
  const definedIn = new Map<string, Set<string>>();
  for (const [file, text] of sources)
    for (const { name, isDefinition } of functions(text))
      if (isDefinition) definedIn.set(name, (definedIn.get(name) ?? new Set()).add(moduleOf(file)));
  const problems: string[] = [];
  for (const [file, text] of sources) {
    const module = moduleOf(file);
    if (PORTS.has(module) && file.endsWith(".h")) continue;
    for (const { name, isDefinition } of functions(text)) {
      if (isDefinition || definedIn.get(name)?.has(module)) continue;
      const owner = [...(definedIn.get(name) ?? ["no module"])].join(", ");
      problems.push(`${file}: declares ${name}, which is in ${owner}`);
    }
  }
  return problems;
}

function enumConstants(text: string): string[] {
  return [...withoutComments(text).matchAll(/\benum\s*\w*\s*\{([^}]*)\}/g)].flatMap(
    ([, body = ""]) =>
      body
        .split(",")
        .map((part) => /^\s*(\w+)/.exec(part)?.[1])
        .filter((name) => name !== undefined),
  );
}

/** Whether a header's constant begins with the header's first word, or with the folder's name. */
function hasPrefix(name: string, file: string): boolean {
  const word = (/[a-z0-9]+/.exec(basename(file)) ?? [""])[0];
  const folder = dirname(file).replace("-", "_");
  return [word, word.replace(/s$/, ""), folder].some((prefix) =>
    new RegExp(`^${prefix.toUpperCase()}(S$|_|$)`).test(name),
  );
}

function findEnumProblems(sources: CSources): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const [file, text] of sources)
    for (const name of enumConstants(text)) {
      if (file.endsWith(".h") && !hasPrefix(name, file))
        problems.push(`${file}: ${name} does not begin with the name of its module`);
      const before = seen.get(name);
      if (before !== undefined && !areAlternatives(before, file))
        problems.push(`${file}: ${name} is also in ${before}`);
      seen.set(name, file);
    }
  return problems;
}

/** Whether the files are alternatives: an image has one implementation of the hardware layer. */
function areAlternatives(one: string, other: string): boolean {
  const folders = [dirname(one), dirname(other)];
  return folders.includes("qemu") && folders.includes("samd51");
}
