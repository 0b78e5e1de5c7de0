import { createRequire } from "node:module";
import type { Vm } from "../base/vm";
import { evaluateSection, sectionSource } from "./cli-bundle";
import { stepAtSocketEvents, type SteppedMachine } from "./socket-steps";
import { windowedModules } from "./sockets";

const SECTION = "runtime/devicescript-vm/built/devicescript-vm.js";
/** What is mended in the machine's module: each stands there once. */
const MENDED = [
  // Its C code counts one byte too few, and the last setting would lose its end.
  ["HEAPU8.slice(start, start + size)", "HEAPU8.slice(start, start + size + 1)"],
  // The program's clock. A board's goes forward only: a clock that is set, as a Raspberry Pi's is
  // some time after each start, would make readings older and the server seem away.
  ["return Date.now();", "return Math.floor(performance.timeOrigin + performance.now());"],
] as const;

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
  return MENDED.reduce((source, [faulty, mended]) => {
    const [head, tail, ...more] = source.split(faulty);
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error(`not exactly one ${faulty} in the virtual machine`);
    return head + mended + tail;
  }, sectionSource(SECTION));
}
