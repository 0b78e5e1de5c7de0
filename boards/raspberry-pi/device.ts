import { join } from "node:path";
import { lockFolder } from "../../server/base/folder-lock";
import type { Config } from "../../server/setup/config";
import { SimulatedDevice, type SimulatedDeviceOptions } from "../../server/simulator/device";
import { presetBroker } from "../../src/common/broker-address";
import { AtomicFile, READINGS_CONSEQUENCES, SETTINGS_CONSEQUENCES } from "./atomic-file";
import { Button } from "./button";
import type { LogLine, RealParts } from "./hardware";
import { hardwareId } from "./host";
import { LateSender, type LateSenderOptions } from "./late-sender";
import { OutboxKeeper } from "./outbox-keeper";

/** The sampling interval of the virtual machine. */
const SAMPLE_MS = 50;
/** How often a missing part is retried. */
const RETRY_MS = 1000;

export interface PiDeviceOptions extends Pick<
  SimulatedDeviceOptions,
  "bytecode" | "onLog" | "onPanic"
> {
  /** The settings of `.env.local`. A `*` in ID stands for the Pi's own number. */
  settings: SimulatedDeviceOptions["settings"] & { ID: string };
  /** The configuration for the code outside the program. `settings` override it. */
  config: Pick<Config, "broker" | "topicPrefix">;
  /** A CA to trust in addition to Node's own. */
  ca?: Buffer | undefined;
  parts: RealParts;
  /** The folder of --data. */
  dataDir: string;
  say: LogLine;
  /** Called at an internal error, after the LED was switched off. */
  onFault: (error: unknown) => void;
}

/** The compiled firmware in the virtual machine, with the sensor and the LED of a Raspberry Pi. */
export class PiDevice {
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;
  private buttonTimer: NodeJS.Timeout | undefined;
  private sampling: Promise<void> | undefined;

  private constructor(
    private readonly device: SimulatedDevice,
    private readonly options: PiDeviceOptions,
    private readonly keeper: OutboxKeeper,
    private readonly late: LateSender,
    private readonly unlock: () => Promise<void>,
  ) {}

  /** @throws UserError if the data folder can't be used */
  static async start(options: PiDeviceOptions): Promise<PiDevice> {
    const { bytecode, settings, parts, dataDir, say, onPanic } = options;
    const board = hardwareId();
    const id = settings.ID.replace("*", board);
    const folder = join(dataDir, "devices", id);
    const unlock = await lockFolder(folder, dataDir);
    const warn = (line: string) => say(line, "warn");
    const keeper = new OutboxKeeper(
      new AtomicFile(join(folder, "outbox"), READINGS_CONSEQUENCES, warn),
      say,
    );
    try {
      const device = await SimulatedDevice.start({
        bytecode,
        settings,
        // The first sample is taken before the program can ask for it.
        lightRaw: await parts.sensor.sample(),
        hardwareId: board,
        flash: new AtomicFile(join(folder, "settings"), SETTINGS_CONSEQUENCES, warn),
        onLog: (line) => {
          if (!keeper.hear(line)) options.onLog?.(line);
        },
        onPanic,
        onLed: (ledOn) => parts.led.show(ledOn),
      });
      const late = new LateSender(lateOptions(id, options), keeper, say);
      const started = new PiDevice(device, options, keeper, late, unlock);
      started.sampleAfter(0);
      if (parts.button) started.lookAt(parts.button);
      return started;
    } catch (error) {
      parts.sensor.close();
      parts.led.close();
      await unlock();
      throw error;
    }
  }

  /** Stops the device and switches the LED off. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    clearTimeout(this.buttonTimer);
    await this.sampling;
    await this.late.stop();
    await this.device.stop();
    this.keeper.close();
    this.options.parts.sensor.close();
    this.options.parts.led.close();
    this.options.parts.button?.close();
    await this.unlock();
  }

  private sampleAfter(ms: number): void {
    this.timer = setTimeout(() => {
      this.sampling = this.sample().catch((error: unknown) => {
        this.options.parts.led.close();
        this.options.onFault(error);
      });
    }, ms);
  }

  /**
   * If the button went down, switches the LED until the program next sets it, like button A of the
   * Wio Terminal.
   */
  private lookAt(button: Button): void {
    if (button.wentDown()) this.device.turnOver();
    const ms = button.isThere ? Button.LOOK_MS : RETRY_MS;
    this.buttonTimer = setTimeout(() => this.lookAt(button), ms);
  }

  private async sample(): Promise<void> {
    const { sensor, led } = this.options.parts;
    const lightRaw = await sensor.sample();
    if (lightRaw === undefined) this.device.loseLight();
    else this.device.lightRaw = lightRaw;
    // If another program used the LED's line, the line may be free now.
    led.show(this.device.ledOn);
    if (!this.isStopping) this.sampleAfter(lightRaw === undefined ? RETRY_MS : SAMPLE_MS);
  }
}

/** Options with the program's broker and topics, which are derived by the program's own rules. */
function lateOptions(id: string, { settings, config, ca }: PiDeviceOptions): LateSenderOptions {
  const { BROKER = presetBroker(config.broker), MQTT_USER, MQTT_PWD } = settings;
  return {
    broker: BROKER,
    ca,
    user: MQTT_USER,
    password: MQTT_PWD,
    topicPrefix: config.topicPrefix,
    id,
  };
}
