import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A WASM module in base64: "\0asm" and the first bits of the version, then the rest. */
const WASM_IN_BASE64 = /AGFzbQ[A-Za-z0-9+/]{1000,}={0,2}/g;

const MANIFEST = createRequire(import.meta.url).resolve("@devicescript/cli/package.json");

export interface ExtractedVm {
  readonly wasm: Uint8Array;
  readonly cliVersion: string;
}

/** Takes the virtual machine's WASM out of the bundle of the installed `@devicescript/cli`. */
export function extractVm(): ExtractedVm {
  const bundle = readFileSync(join(dirname(MANIFEST), "built/devicescript-cli.cjs"), "latin1");
  return { wasm: findWasm(bundle), cliVersion: cliVersion() };
}

/** The version of the installed `@devicescript/cli`. */
export function cliVersion(): string {
  return (JSON.parse(readFileSync(MANIFEST, "utf8")) as { version: string }).version;
}

export function findWasm(bundle: string): Uint8Array {
  const candidates = bundle.match(WASM_IN_BASE64) ?? [];
  const [wasm] = candidates;
  if (wasm === undefined || candidates.length !== 1) {
    throw new Error(
      `expected one WASM module in the bundle of @devicescript/cli, found ${candidates.length}`,
    );
  }
  return Buffer.from(wasm, "base64");
}
