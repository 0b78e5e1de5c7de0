import { createRequire } from "node:module";
import type { Vm } from "../base/vm";
import { evaluateSection, sectionSource } from "./cli-bundle";
import { stepAtSocketEvents, type SteppedMachine } from "./socket-steps";
import { windowedModules } from "./sockets";

const SECTION = "runtime/devicescript-vm/built/devicescript-vm.js";
/**
 * Patches to the machine's module: the original text, which must occur exactly once, and the new
 * text.
 */
const MENDED = [
  // The module's C code counts one byte too few, and the last setting would be truncated.
  ["HEAPU8.slice(start, start + size)", "HEAPU8.slice(start, start + size + 1)"],
  // The program's clock must be monotonic, as on a board. When a wall clock is set (a Raspberry
  // Pi's is set some time after each start), readings would seem older and the server absent.
  ["return Date.now();", "return Math.floor(performance.timeOrigin + performance.now());"],
] as const;

type Factory = () => Promise<Vm>;
const nodeRequire = createRequire(import.meta.url);
let factory: Factory | undefined;

/** Creates a DeviceScript virtual machine, from the module that the CLI runs as its simulator. */
export async function createVm(): Promise<Vm> {
  const require = (name: string): unknown => windowedModules[name] ?? nodeRequire(name);
  factory ??= evaluateSection(machineSource(), require) as Factory;
  const vm = await factory();
  stepAtSocketEvents(vm as Vm & SteppedMachine);
  return vm;
}

/** Returns the source of the CLI's machine module, with the patches applied. */
export function machineSource(): string {
  return MENDED.reduce((source, [faulty, mended]) => {
    const [head, tail, ...more] = source.split(faulty);
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error(`not exactly one ${faulty} in the virtual machine`);
    return head + mended + tail;
  }, sectionSource(SECTION));
}
