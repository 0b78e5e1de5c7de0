import { announced, makeCommand, reportsOf } from "../../boards/line/packets";
import type { Vm } from "../base/vm";
import { Parts } from "./parts";

export interface MachineOptions {
  bytecode: Uint8Array;
  /** As `.env.local` names them. */
  settings: Record<string, string>;
  /** Raw, 0..1023. */
  lightRaw: number;
  onLog: (line: string) => void;
  /** The program ended with that code; the virtual machine restarts it by itself. */
  onPanic: (code: number) => void;
  /** Of the lamp, 0..1. */
  onBrightness: (brightness: number) => void;
}

const SRV_SETTINGS = 0x1107dc4a;
const SETTINGS_SET = 0x81;
const TICK_MS = 10;

/** The virtual machine with its sensor and its lamp, and the program in it. */
export class Machine {
  private readonly parts: Parts;

  /** @throws Error if the virtual machine refuses the program */
  static async start(vm: Vm, options: MachineOptions): Promise<Machine> {
    const machine = new Machine(vm, options);
    const settings = await machine.settingsService();
    for (const [key, value] of Object.entries(options.settings))
      vm.handlePacket(settings(key, value));
    machine.parts.announce(performance.now());
    // The program reads its settings when it starts, and looks for its sensor and its lamp then.
    const refused = vm.devsDeploy(options.bytecode);
    if (refused !== 0) throw new Error(`the virtual machine refused the program: code ${refused}`);
    return machine;
  }

  private constructor(
    private readonly vm: Vm,
    options: MachineOptions,
  ) {
    vm.dmesg = options.onLog;
    vm.log = () => undefined;
    vm.error = (line) => options.onLog(String(line));
    vm.panicHandler = (code) => {
      // Code 0 is the program's end, or its restart.
      if (code !== 0) options.onPanic(code);
    };
    vm.deployHandler = () => undefined;
    vm.flashLoad = null;
    vm.flashSave = null;
    this.parts = new Parts(
      randomId(),
      options.lightRaw,
      (frame) => vm.handlePacket(frame),
      options.onBrightness,
    );
  }

  /** Raw, 0..1023. */
  set lightRaw(lightRaw: number) {
    this.parts.lightRaw = lightRaw;
  }

  /** Does what is due: by itself it would do so up to 20 ms later. */
  step(): void {
    this.vm._jd_em_process();
  }

  /**
   * Starts the virtual machine and waits until it says that it keeps settings.
   * @returns makes the frame that writes one
   */
  private settingsService(): Promise<(key: string, value: string) => Uint8Array> {
    const { vm, parts } = this;
    return new Promise((resolve) => {
      vm.sendPacket = (bytes) => {
        // The machine is in the middle of a step when it sends: the answer has to wait for its end.
        setTimeout(() => {
          parts.take(bytes);
          const set = settingsOf(bytes);
          if (set) resolve(set);
        });
      };
      vm.devsSetDeviceId(randomId());
      vm.devsStart();
      setInterval(() => parts.tick(performance.now()), TICK_MS);
    });
  }
}

/** @returns undefined if the frame is no announcement of a device with settings */
function settingsOf(frame: Uint8Array): ((key: string, value: string) => Uint8Array) | undefined {
  for (const report of reportsOf(frame)) {
    const service = announced(report)?.indexOf(SRV_SETTINGS) ?? -1;
    if (service > 0)
      return (key, value) => {
        const payload = new TextEncoder().encode(`${key}\0${JSON.stringify(value)}`);
        return makeCommand(report.device, service, SETTINGS_SET, payload, false);
      };
  }
  return undefined;
}

function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
