import { type LightLevel, millis, sleep } from "@devicescript/core";
import { LIGHT_MAX_RAW } from "../common/wire";
import type { Led } from "../led";
import type { MqttClient } from "../mqtt";
import type { StatusScreen } from "../nightlight";
import type { Calibrated } from "./calibrated";
import { PartLog } from "./part-log";
import { screenLines, type ScreenTexts } from "./screen-lines";
import { Ssd1306 } from "./ssd1306";
import type { ToggledLamp } from "./toggled-lamp";

const INTERVAL_MS = 250;
/**
 * The screen is set up again at this interval, ms. A screen that lost power for a moment shows
 * noise and does not report the loss.
 */
const SET_UP_MS = 5000;

/** A part that can report what is wrong with it. */
interface Part {
  /** Returns the problem, or an empty text if nothing is wrong. */
  problem(): string;
}

/** Shows light, LED, who decides, and problems on a small screen, which may be missing. */
export class Screen implements StatusScreen {
  private readonly display = new Ssd1306();
  private readonly presence = new PartLog("Screen", (line) => {
    console.log(line);
  });
  /** Light level, 0..1023. */
  light: number;
  brokerProblem = "not connected";
  /** The texts on the screen, by their uppermost line. */
  private shown: string[] = [];
  private setUpMs = 0;

  /**
   * @param chip the sensor, if it can report whether it is present
   * @param hand the lamp, if a button can toggle it
   * @param calibrated the sensor, if a person can calibrate it
   */
  constructor(
    sensor: LightLevel,
    private readonly chip: Part,
    private readonly hand: ToggledLamp,
    private readonly calibrated: Calibrated,
  ) {
    listen(sensor, this);
  }

  start(id: string, led: Led, mqtt: MqttClient): void {
    explain(mqtt, this);
    this.run.start(id, led, mqtt);
  }

  /** Updates the screen until power-off. */
  private async run(id: string, led: Led, mqtt: MqttClient): Promise<void> {
    for (;;) {
      const lines = screenLines({
        id,
        light: this.chip && this.chip.problem() ? undefined : this.light,
        isOn: this.hand ? this.hand.isOn : led.on,
        decidedBy: this.hand && this.hand.isByHand ? "hand" : led.decidedBy,
        problem: this.problem(mqtt),
      });
      try {
        await this.show(lines);
        this.presence.works();
      } catch {
        this.setUpMs = 0;
        this.presence.failed("no SSD1306 answers on I2C, check its four wires");
      }
      await sleep(INTERVAL_MS);
    }
  }

  /**
   * Returns the text to show below the values: an instruction for a calibration, or else a problem.
   */
  private problem(mqtt: MqttClient): string {
    const words = this.calibrated ? this.calibrated.words() : "";
    if (words) return words;
    if (!mqtt.connected) return "Broker: " + this.brokerProblem;
    const problem = this.chip ? this.chip.problem() : "";
    return problem ? "Light sensor: " + problem : "";
  }

  private async show(lines: ScreenTexts): Promise<void> {
    if (this.setUpMs === 0 || millis() - this.setUpMs > SET_UP_MS) {
      await this.display.setUp();
      this.setUpMs = millis();
      this.shown = [];
    }
    await this.put(0, lines.title, 1);
    await this.put(1, "", 1);
    await this.put(2, lines.large, 2);
    await this.put(4, "", 1);
    await this.put(5, lines.decided, 1);
    await this.put(6, lines.foot[0], 1);
    await this.put(7, lines.foot[1], 1);
  }

  private async put(line: number, text: string, size: number): Promise<void> {
    if (this.shown[line] === text) return;
    this.shown[line] = undefined;
    await this.display.print(line, text, size);
    this.shown[line] = text;
  }
}

/**
 * Keeps the screen's light up to date. A function, because DeviceScript's inline functions have no
 * `this`.
 */
function listen(sensor: LightLevel, screen: Screen): void {
  sensor.reading.subscribe(async (ratio) => {
    screen.light = Math.round(ratio * LIGHT_MAX_RAW);
  });
}

function explain(mqtt: MqttClient, screen: Screen): void {
  mqtt.onConnectFailed = (reason) => {
    screen.brokerProblem = reason;
  };
}
