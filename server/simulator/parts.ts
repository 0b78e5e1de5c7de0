import { LIGHT_MAX_RAW } from "../../src/common/wire";
import {
  addServer,
  CHANGE,
  type JDBus,
  JDServiceServer,
  LightBulbReg,
  SensorServer,
  SRV_LIGHT_BULB,
  SRV_LIGHT_LEVEL,
} from "./jacdac";

/** Interval at which the simulated sensor streams samples, ms. */
const SAMPLE_INTERVAL_MS = 50;

/** A simulated light sensor and a simulated lamp on a Jacdac bus. */
export class SimulatedParts {
  private readonly sensor: SensorServer<[number]>;
  private readonly lamp = new JDServiceServer(SRV_LIGHT_BULB, { intensityValues: [0] });

  /**
   * @param lightRaw the sensor's initial light, raw 0..1023; undefined: the sensor reports nothing
   * until a light is set
   */
  constructor(bus: JDBus, lightRaw: number | undefined, onLed?: () => void) {
    this.sensor = new SensorServer<[number]>(SRV_LIGHT_LEVEL, {
      readingValues: [(lightRaw ?? 0) / LIGHT_MAX_RAW],
      streamingInterval: SAMPLE_INTERVAL_MS,
    });
    if (lightRaw === undefined) this.loseLight();
    addServer(bus, "light sensor", this.sensor);
    addServer(bus, "lamp", this.lamp);
    if (onLed) this.lamp.register(LightBulbReg.Brightness).on(CHANGE, onLed);
  }

  /** Light at the sensor, raw, 0..1023. */
  get lightRaw(): number {
    return Math.round(this.sensor.reading.values()[0] * LIGHT_MAX_RAW);
  }

  set lightRaw(lightRaw: number) {
    this.sensor.reading.setValues([lightRaw / LIGHT_MAX_RAW]);
  }

  /** Silences the sensor until the next light is set: no reading is better than a stale one. */
  loseLight(): void {
    (this.sensor.reading as { data: Uint8Array | undefined }).data = undefined;
  }

  /** The lamp's brightness as a fraction of its full light, 0..1. */
  get brightness(): number {
    const [brightness] = this.lamp.register(LightBulbReg.Brightness).values() as [number];
    return brightness;
  }

  get ledOn(): boolean {
    return this.brightness > 0;
  }

  turnOver(): void {
    this.lamp.register(LightBulbReg.Brightness).setValues([this.ledOn ? 0 : 1]);
  }
}
