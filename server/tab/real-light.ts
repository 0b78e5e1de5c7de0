import { LIGHT_MAX_RAW } from "../../src/common/wire";

/** The W3C's Ambient Light Sensor, which few browsers have, and only in a secure context. */
interface AmbientLight extends EventTarget {
  illuminance: number;
  start(): void;
}

declare global {
  var AmbientLightSensor: (new () => AmbientLight) | undefined;
}

/** Illuminance that counts as fully bright, lux. A lit living room has about 100. */
const BRIGHT_LUX = 1000;

/**
 * Reports the light in the room.
 * @returns false if this browser has no light sensor
 */
export function watchRoomLight(onLight: (lightRaw: number) => void): boolean {
  const { AmbientLightSensor } = globalThis;
  if (!AmbientLightSensor) return false;
  const sensor = new AmbientLightSensor();
  sensor.addEventListener("reading", () => onLight(rawOf(sensor.illuminance)));
  sensor.start();
  return true;
}

/** Converts illuminance to a logarithmic scale, like an eye or a photoresistor. */
function rawOf(lux: number): number {
  return Math.round(LIGHT_MAX_RAW * Math.min(1, Math.log10(1 + lux) / Math.log10(1 + BRIGHT_LUX)));
}
