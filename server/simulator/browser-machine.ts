import { bundle } from "../base/bundle";
import { machineSource } from "./vm";

/** Matches the module's WebAssembly, which is embedded in its JavaScript in base64. */
const INLINE = /data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)/;

/** Code that a worker does not need, some 4 KB compressed. */
const NEEDLESS: [RegExp, string][] = [
  // Diagnostics for C developers: lists of names, checks, long texts.
  [/(?<=var (?:missingLibrarySymbols|unexportedSymbols) = \[)[^\]]*/g, ""],
  [/^ *(?:assert\d*|legacyModuleProp|missingGlobal)\(.*\);$/gm, ";"],
  [/^ *var [A-Z]+FS = ".*";$/gm, ""],
  [/"(?!Runtime error)[^"\n]{60,}"/g, '""'],
  // The minifier then removes the code for a page, for Node and for a shell.
  [/\bENVIRONMENT_IS_(?:WEB|NODE|SHELL)\b(?! =)/g, "false"],
];

/**
 * Builds the DeviceScript virtual machine for a browser. A content security policy forbids turning
 * text into code, so the machine is a script: it defines `virtualMachine(require)`, whose result
 * creates a machine. The WebAssembly is a separate file, which a browser compiles while it loads.
 */
export async function browserMachine(): Promise<{ script: Uint8Array; wasm: Uint8Array }> {
  const source = machineSource();
  const [, base64] = INLINE.exec(source) ?? [];
  if (base64 === undefined)
    throw new Error("no WebAssembly in the virtual machine: has @devicescript/cli changed?");
  const needed = NEEDLESS.reduce(
    (text, [what, instead]) => text.replaceAll(what, instead),
    source.replace(base64, ""),
  );
  const contents = `globalThis.virtualMachine = (require) => {
  const module2 = { exports: {} };
  const exports = module2.exports;
  let __filename, __dirname;
  ${needed}
  return module2.exports;
};`;
  const [file] = await bundle({
    stdin: { contents, loader: "js" },
    minify: true,
    target: "es2022",
    // A worker has none of these globals, so the minifier removes the code that uses them.
    define: { process: "undefined", window: "undefined", document: "undefined" },
  });
  if (!file) throw new Error("no virtual machine was bundled");
  return { script: file.contents, wasm: withoutNames(Buffer.from(base64, "base64")) };
}

/**
 * Removes the custom sections of a WebAssembly module (core specification, 5.5.3): here the names
 * of functions, which only a debugger reads.
 */
function withoutNames(wasm: Buffer): Buffer {
  const kept = [wasm.subarray(0, 8)];
  for (let start = 8; start < wasm.length;) {
    let at = start + 1;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm.readUInt8(at++);
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const end = at + size;
    if (wasm[start] !== 0) kept.push(wasm.subarray(start, end));
    start = end;
  }
  return Buffer.concat(kept);
}
