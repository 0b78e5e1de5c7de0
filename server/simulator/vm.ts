import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fingerprint, readCached, writeCached } from "../base/cache";
import { ROOT } from "../base/root";
import { windowedModules } from "./sockets";

/** The parts of the DeviceScript virtual machine's module that a host needs. */
export interface Vm {
  devsSetDeviceId(hexId: string): void;
  devsStart(): void;
  devsStop(): void;
  /** @returns 0, or the error code of the refusal */
  devsDeploy(bytecode: Uint8Array): number;
  /** Collects garbage at each allocation, to find what is not held fast enough. */
  devsGcStress(on: boolean): void;
  sockClose(): number;
  /** A Jacdac frame into the virtual machine. */
  handlePacket(frame: Uint8Array): void;
  /** A Jacdac frame out of it. */
  sendPacket: (frame: Uint8Array) => void;
  /** A line of the device's log. */
  dmesg: (line: string) => void;
  log: (line: string) => void;
  error: (line: unknown) => void;
  panicHandler: (code: number) => void;
  deployHandler: (code: number) => void;
  flashLoad: (() => Uint8Array) | null;
  flashSave: ((data: Uint8Array) => void) | null;
}

const BUNDLE = join(ROOT, "node_modules/@devicescript/cli/built/devicescript-cli.cjs");
const HEAD = '"runtime/devicescript-vm/built/devicescript-vm.js"(exports, module2) {';
const TAIL = "\n  }\n});";
/** The machine's C code counts one byte too few, and the last setting would lose its end. */
const SAVED = "HEAPU8.slice(start, start + size)";
const ALL_SAVED = "HEAPU8.slice(start, start + size + 1)";

type Factory = () => Promise<Vm>;
let factory: Factory | undefined;

/**
 * A fresh virtual machine: the one that the DeviceScript CLI runs as its simulator. The CLI has no
 * way to hand it out, so its CommonJS section is cut out of the CLI's bundle.
 */
export async function createVm(): Promise<Vm> {
  factory ??= loadFactory();
  return await factory();
}

function loadFactory(): Factory {
  const module = { exports: {} as Factory };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- code of a pinned package
  const define = new Function(
    "exports",
    "module2",
    "require",
    "__filename",
    "__dirname",
    machineSource(),
  );
  const nodeRequire = createRequire(import.meta.url);
  const require = (name: string): unknown => windowedModules[name] ?? nodeRequire(name);
  (define as (...args: unknown[]) => void)(module.exports, module, require, BUNDLE, ROOT);
  return module.exports;
}

/**
 * The machine's module, a section of the CLI's bundle. Kept for the next start: the bundle has
 * 28 MB, and the machine is 2 % of it.
 */
export function machineSource(): string {
  const { size, mtimeMs } = statSync(BUNDLE);
  const name = `machine-${fingerprint(`${BUNDLE} ${size} ${mtimeMs} ${ALL_SAVED}`)}`;
  const kept = readCached(name)?.toString();
  if (kept !== undefined) return kept;
  const bundle = readFileSync(BUNDLE, "utf8");
  const start = bundle.indexOf(HEAD);
  const end = bundle.indexOf(TAIL, start);
  if (start < 0 || end < 0)
    throw new Error(`no virtual machine in ${BUNDLE}: has @devicescript/cli changed its layout?`);
  const [head, tail, ...more] = bundle.slice(start + HEAD.length, end).split(SAVED);
  if (head === undefined || tail === undefined || more.length > 0)
    throw new Error(`not exactly one ${SAVED} in the virtual machine`);
  const source = head + ALL_SAVED + tail;
  writeCached(name, source);
  return source;
}
