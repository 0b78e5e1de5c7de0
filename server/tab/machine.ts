import { announcedServices, makeCommand, reportsOf } from "../../boards/line/packets";
import type { Vm } from "../base/vm";
import { TabParts } from "./parts";

export interface MachineOptions {
  bytecode: Uint8Array;
  /** The device's settings, by their names in `.env.local`. */
  settings: Record<string, string>;
  /** Initial light at the sensor, raw, 0..1023. */
  lightRaw: number;
  onLog: (line: string) => void;
  /** Called when the virtual machine itself has failed: it has stopped for good. */
  onFailure: (error: Error) => void;
  /** Called when the program ends with a code other than 0. The virtual machine restarts it. */
  onPanic: (code: number) => void;
  /** Called with the lamp's brightness, 0..1. */
  onBrightness: (brightness: number) => void;
}

const SRV_SETTINGS = 0x1107dc4a;
const SETTINGS_SET = 0x81;
const TICK_MS = 10;

/** The virtual machine with its sensor, its lamp and its program. */
export class Machine {
  private readonly parts: TabParts;

  /**
   * Starts the virtual machine with a program.
   * @throws Error if the virtual machine rejects the program
   */
  static async start(vm: Vm, options: MachineOptions): Promise<Machine> {
    const machine = new Machine(vm, options);
    const settings = await machine.settingsService();
    for (const [key, value] of Object.entries(options.settings))
      vm.handlePacket(settings(key, value));
    machine.parts.announce(performance.now());
    // Deployed last: on start, the program reads its settings and looks for its sensor and lamp.
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
    vm.error = (line) => {
      if (line instanceof Error) options.onFailure(line);
      else options.onLog(String(line));
    };
    vm.panicHandler = (code) => {
      // Code 0 means that the program ended or restarted.
      if (code !== 0) options.onPanic(code);
    };
    vm.deployHandler = () => undefined;
    vm.flashLoad = null;
    vm.flashSave = null;
    this.parts = new TabParts(
      randomId(),
      options.lightRaw,
      (frame) => vm.handlePacket(frame),
      options.onBrightness,
    );
  }

  /** Light at the sensor, raw, 0..1023. */
  set lightRaw(lightRaw: number) {
    this.parts.lightRaw = lightRaw;
  }

  /** Runs pending work at once. The machine's own timer may run this work up to 20 ms later. */
  step(): void {
    this.vm._jd_em_process();
  }

  /**
   * Starts the virtual machine and waits until it announces its settings service.
   * @returns a function that makes the frame for one setting
   */
  private settingsService(): Promise<(key: string, value: string) => Uint8Array> {
    const { vm, parts } = this;
    return new Promise((resolve) => {
      vm.sendPacket = (bytes) => {
        // The machine sends in the middle of a step, so the answer waits until the step has ended.
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

/**
 * Finds the settings service that a frame announces.
 * @returns a function that makes the frame for one setting; undefined if there is no such service
 */
function settingsOf(frame: Uint8Array): ((key: string, value: string) => Uint8Array) | undefined {
  for (const report of reportsOf(frame)) {
    const service = announcedServices(report)?.indexOf(SRV_SETTINGS) ?? -1;
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
