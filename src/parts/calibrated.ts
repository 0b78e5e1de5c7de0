import { type Button, emitter, type LightLevel, millis } from "@devicescript/core";
import { deleteSetting, readSetting, writeSetting } from "@devicescript/settings";
import { LIGHT_MAX } from "../common/wire";
import { Calibration, type Range, rangeProblem, UNCALIBRATED } from "./calibration";

/** A sensor for which a person, by holding a button, has shown what is dark and what is bright. */
export class Calibrated {
  /** A ratio of full light, 0..1, for each of the sensor's readings. */
  readonly reading = emitter<number>();
  private readonly calibration = new Calibration();
  /** The sensor's own. */
  private light = 0;

  constructor(sensor: LightLevel, button: Button) {
    begin.start(this, sensor, button);
  }

  /** What a person is to do; empty if nothing. */
  words(): string {
    return this.calibration.words;
  }

  async readRange(): Promise<void> {
    const range = await readSetting<Range>("LIGHT_RANGE");
    if (!range) return;
    const problem = rangeProblem(range);
    if (problem) console.log(`LIGHT_RANGE: ${problem}`);
    else this.use(range);
  }

  measured(ratio: number): void {
    this.light = Math.round(ratio * LIGHT_MAX);
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

  /** The Wio Terminal's screen follows both lines: boards/log-lines.ts. */
  private use(range: Range): void {
    this.calibration.range = range;
    console.log(`Light range: ${range.dark} to ${range.bright}`);
  }

  private say(): void {
    console.log(
      this.calibration.words ? `Calibration: ${this.calibration.words}` : "Calibration over",
    );
  }
}

/** DeviceScript's inline functions have no `this`. */
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
