import { SETTING_NAMES } from "../../src/common/settings";
import type { Vm } from "../base/vm";
import { activeBus, type JDBus, SELF_ANNOUNCE, SettingsClient, SRV_SETTINGS } from "./jacdac";
import { SimulatedParts } from "./parts";
import { VmTransport } from "./transport";
import { createVm } from "./vm";

export interface SimulatedDeviceOptions {
  bytecode: Uint8Array;
  /** The settings that `.env.local` would give a real device: ID, BROKER, MQTT_USER, MQTT_PWD. */
  settings: Record<string, string>;
  /** The sensor's initial light, raw 0..1023; undefined: the sensor reports nothing yet. */
  lightRaw: number | undefined;
  /**
   * The device's own number, 16 hexadecimal digits, which replaces `*` in an id. Random if absent.
   */
  hardwareId?: string;
  /**
   * Stores the device's settings and its last order across restarts. Without it, they are kept in
   * RAM.
   */
  flash?: Flash;
  onLog?: (line: string) => void;
  /**
   * Called with the virtual machine's panic code; the machine then restarts the program by itself.
   */
  onPanic?: (code: number) => void;
  onLed?: (ledOn: boolean) => void;
}

/**
 * The device's flash memory. Both functions are called synchronously by the machine: content must
 * be safe when `save` returns.
 */
export interface Flash {
  /**
   * Reads the flash.
   * @returns the content that was saved last, or an empty array
   */
  load(): Uint8Array;
  save(content: Uint8Array): void;
}

/**
 * A device without hardware: the compiled firmware in the DeviceScript virtual machine, with a
 * simulated light sensor and a simulated lamp on its Jacdac bus. Its sockets are real.
 */
export class SimulatedDevice {
  private constructor(
    private readonly vm: Vm,
    /** The Jacdac bus of the device's parts; a debugger may join it. */
    readonly bus: JDBus,
    private readonly parts: SimulatedParts,
  ) {}

  static async start(options: SimulatedDeviceOptions): Promise<SimulatedDevice> {
    const vm = await createVm();
    vm.dmesg = (line) => options.onLog?.(line);
    vm.log = () => undefined;
    vm.error = (line) => options.onLog?.(String(line));
    vm.panicHandler = (code) => {
      // Code 0 is the program's end or restart.
      if (code) options.onPanic?.(code);
    };
    vm.deployHandler = () => undefined;
    const { flash } = options;
    vm.flashLoad = flash ? () => flash.load() : null;
    vm.flashSave = flash ? (content) => flash.save(content) : null;

    const bus = activeBus(new VmTransport(vm));
    const parts = new SimulatedParts(bus, options.lightRaw, () => options.onLed?.(parts.ledOn));

    vm.devsSetDeviceId(options.hardwareId ?? randomDeviceId());
    vm.devsStart();
    await bus.connect();
    const device = new SimulatedDevice(vm, bus, parts);
    // Announces sensor and lamp now: they would do so only later, and after the program's start the
    // runtime looks for them only every 980 ms (AUTOBIND_MS in jacdac-c's rolemgr.c).
    bus.emit(SELF_ANNOUNCE);
    await device.writeSettings(options.settings, flash !== undefined);
    // Deployed last, because the program reads its settings when it starts.
    const refused = vm.devsDeploy(options.bytecode);
    if (refused) throw new Error(`the virtual machine refused the program: code ${refused}`);
    return device;
  }

  /** Light at the sensor, raw, 0..1023. */
  get lightRaw(): number {
    return this.parts.lightRaw;
  }

  set lightRaw(lightRaw: number) {
    this.parts.lightRaw = lightRaw;
  }

  /** Silences the sensor until the next light is set. */
  loseLight(): void {
    this.parts.loseLight();
  }

  get ledOn(): boolean {
    return this.parts.ledOn;
  }

  /** The lamp's brightness as a fraction of its full light, 0..1. */
  get brightness(): number {
    return this.parts.brightness;
  }

  /** Toggles the lamp manually, until the program next sets it. */
  turnOver(): void {
    this.parts.turnOver();
  }

  async stop(): Promise<void> {
    this.vm.devsStop();
    this.vm.sockClose();
    await this.bus.stop();
  }

  private async writeSettings(settings: Record<string, string>, isKept: boolean): Promise<void> {
    const service = await this.settingsService();
    const client = new SettingsClient(service);
    // Deletes settings of an earlier start that are no longer given.
    for (const name of isKept ? SETTING_NAMES : [])
      if (settings[name] === undefined) await client.deleteValue(name);
    for (const [key, value] of Object.entries(settings))
      await client.setValue(key, new TextEncoder().encode(JSON.stringify(value)));
  }

  /** Waits until the machine's own settings service has announced itself on the bus. */
  private settingsService() {
    const find = () => this.bus.services({ serviceClass: SRV_SETTINGS })[0];
    return new Promise<NonNullable<ReturnType<typeof find>>>((resolve, reject) => {
      const startedMs = performance.now();
      const timer = setInterval(() => {
        const service = find();
        if (!service && performance.now() - startedMs < 10_000) return;
        clearInterval(timer);
        if (service) resolve(service);
        else reject(new Error("the virtual machine announced no settings service within 10 s"));
      }, 10);
    });
  }
}

function randomDeviceId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
}
