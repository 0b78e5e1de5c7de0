import type { Vm } from "../base/vm";
import { Machine } from "./machine";
import type { FromWorker, ToWorker } from "./messages";
import { Network } from "./network";
import { repeatedDownload } from "./repeated-download";

/**
 * One device, in its own thread: browsers slow the timers of a hidden tab down to one a minute, but
 * not a worker's.
 */

/** Declared here, because the type libraries of a page and of a worker exclude each other. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker): void;
  importScripts(url: string): void;
  /** Loads the virtual machine of the installed DeviceScript CLI; defined by machine.js. */
  virtualMachine(require: (name: string) => unknown): (options: VmOptions) => Promise<Vm>;
};

interface VmOptions {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): object;
}

// Both downloads begin before the page has sent the device's id.
const wasm = repeatedDownload((uncached) =>
  WebAssembly.compileStreaming(fetch("machine.wasm", uncached ? { cache: "no-store" } : {})),
);
const bytecode = commonProgram();
for (const fetched of [wasm, bytecode]) fetched.catch(() => undefined);
scope.importScripts("machine.js");

let machine: Machine | undefined;
let network: Network | undefined;

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case "start":
      start(data).catch(failed);
      break;
    case "light":
      if (machine) machine.lightRaw = data.lightRaw;
      break;
    case "network":
      if (network) network.plugged = data.isPlugged;
      break;
  }
};

async function start(message: ToWorker & { kind: "start" }): Promise<void> {
  const { url, settings, lightRaw, program } = message;
  network = new Network({
    url,
    onLink: (isOpen) => scope.postMessage({ kind: "link", isOpen }),
    onBytes: (direction, bytes) => scope.postMessage({ kind: "bytes", direction, bytes }),
    onDelivered: () => machine?.step(),
  });
  const wires = network;
  const createVm = scope.virtualMachine((name) => wires.require(name));
  const compiled = await wasm;
  const vm = await createVm({
    instantiateWasm(imports, done) {
      WebAssembly.instantiate(compiled, imports).then(done).catch(failed);
      return {};
    },
  });
  machine = await Machine.start(vm, {
    bytecode: program ?? (await bytecode),
    settings,
    lightRaw,
    onLog: (line) => scope.postMessage({ kind: "log", line }),
    onFailure: failed,
    onPanic: (code) => scope.postMessage({ kind: "panic", code }),
    onBrightness: (brightness) => scope.postMessage({ kind: "brightness", brightness }),
  });
}

function failed(error: unknown): void {
  scope.postMessage({ kind: "failed", message: String(error) });
}

/** Returns the usual program. The first request may wait until the server has compiled it. */
async function commonProgram(): Promise<Uint8Array> {
  const response = await fetch("program.devs");
  if (!response.ok) throw new Error(`program.devs: ${(await response.text()).trim()}`);
  return new Uint8Array(await response.arrayBuffer());
}
