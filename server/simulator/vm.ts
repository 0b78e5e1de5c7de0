import { createRequire } from "node:module";
import type { Vm } from "../base/vm";
import { evaluateSection, sectionSource } from "./cli-bundle";
import { stepAtSocketEvents, type SteppedMachine } from "./socket-steps";
import { windowedModules } from "./sockets";

const SECTION = "runtime/devicescript-vm/built/devicescript-vm.js";
/** The machine's C code counts one byte too few, and the last setting would lose its end. */
const SAVED = "HEAPU8.slice(start, start + size)";
const ALL_SAVED = "HEAPU8.slice(start, start + size + 1)";

type Factory = () => Promise<Vm>;
const nodeRequire = createRequire(import.meta.url);
let factory: Factory | undefined;

/** A fresh virtual machine: the one that the DeviceScript CLI runs as its simulator. */
export async function createVm(): Promise<Vm> {
  const require = (name: string): unknown => windowedModules[name] ?? nodeRequire(name);
  factory ??= evaluateSection(machineSource(), require) as Factory;
  const vm = await factory();
  stepAtSocketEvents(vm as Vm & SteppedMachine);
  return vm;
}

/** The machine's module, as the CLI has it, and mended. */
export function machineSource(): string {
  const [head, tail, ...more] = sectionSource(SECTION).split(SAVED);
  if (head === undefined || tail === undefined || more.length > 0)
    throw new Error(`not exactly one ${SAVED} in the virtual machine`);
  return head + ALL_SAVED + tail;
}
