import { type Button, emitter, type LightLevel, millis } from "@devicescript/core";
import { deleteSetting, writeSetting } from "@devicescript/settings";
import { LIGHT_MAX_RAW } from "../common/wire";
import { readSetting } from "../read-setting";
import { Calibration, type LightRange, rangeProblem, UNCALIBRATED } from "./calibration";

/** A light sensor that a person calibrates to dark and bright by holding a button. */
export class Calibrated {
  /** A ratio of full light, 0..1, for each reading of the sensor. */
  readonly reading = emitter<number>();
  private readonly calibration = new Calibration();
  /** The sensor's uncalibrated light, 0..1023. */
  private light = 0;

  constructor(sensor: LightLevel, button: Button) {
    begin.start(this, sensor, button);
  }

  /** Returns the instruction to show to the person; empty if there is none. */
  words(): string {
    return this.calibration.words;
  }

  async readRange(): Promise<void> {
    const range = await readSetting<LightRange>("LIGHT_RANGE");
    if (!range) return;
    const problem = rangeProblem(range);
    if (problem) console.log(`LIGHT_RANGE: ${problem}`);
    else this.use(range);
  }

  measured(ratio: number): void {
    this.light = Math.round(ratio * LIGHT_MAX_RAW);
    if (this.calibration.passed(millis())) this.say();
    this.reading.emit(this.calibration.scaled(ratio));
  }

  pressed(): void {
    this.calibration.pressed(millis());
  }

  async held(): Promise<void> {
    const { calibration } = this;
    const { words } = calibration;
    const isOther = calibration.held(millis(), this.light);
    if (calibration.words !== words) this.say();
    if (!isOther) return;
    this.use(calibration.range);
    if (calibration.range === UNCALIBRATED) await deleteSetting("LIGHT_RANGE");
    else await writeSetting("LIGHT_RANGE", calibration.range);
  }

  /**
   * Applies a range and logs it. The Wio Terminal's screen parses the log lines of use() and say():
   * boards/log-lines.ts.
   */
  private use(range: LightRange): void {
    this.calibration.range = range;
    console.log(`Light range: ${range.dark} to ${range.bright}`);
  }

  private say(): void {
    console.log(
      this.calibration.words ? `Calibration: ${this.calibration.words}` : "Calibration over",
    );
  }
}

/**
 * Starts the sensor and the button. A function, because DeviceScript's inline functions have no
 * `this`.
 */
async function begin(calibrated: Calibrated, sensor: LightLevel, button: Button): Promise<void> {
  await calibrated.readRange();
  sensor.reading.subscribe(async (ratio) => {
    calibrated.measured(ratio);
  });
  button.down.subscribe(async () => {
    calibrated.pressed();
  });
  button.hold.subscribe(async () => {
    await calibrated.held();
  });
}
