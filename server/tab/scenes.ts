import { LIGHT_MAX_RAW } from "../../src/common/wire";

/** Scenes that change the light automatically. Pure: each is a function of time. */
export type Scene = "day" | "clouds" | "bird" | "random";

/** Length of a day and a night, s. */
const DAY_S = 60;
/** How often a bird comes and how long it stays, s. */
const [BIRD_EVERY_S, BIRD_STAYS_S] = [12, 4];
const JUMP_EVERY_S = 3;

/**
 * Returns the light of a scene.
 * @returns light at the sensor, raw, a whole number 0..1023
 */
export function lightOf(scene: Scene, seconds: number): number {
  return Math.round(LIGHT_MAX_RAW * Math.min(1, Math.max(0, ratioOf(scene, seconds))));
}

function ratioOf(scene: Scene, s: number): number {
  switch (scene) {
    case "day":
      // The scene begins at noon.
      return 0.02 + 0.93 * (0.5 + 0.5 * Math.cos((2 * Math.PI * s) / DAY_S)) ** 1.2;
    case "clouds":
      return 0.62 + 0.3 * Math.sin(s / 2.3) * Math.sin(s / 5.1 + 1) + 0.22 * Math.sin(s / 1.7);
    case "bird":
      return s % BIRD_EVERY_S >= BIRD_EVERY_S - BIRD_STAYS_S ? 0.06 : 0.78 + 0.02 * Math.sin(s);
    case "random":
      return chance(Math.floor(s / JUMP_EVERY_S));
  }
}

/** Returns a pseudo-random number, 0..1, which is always the same for the same `n`. */
function chance(n: number): number {
  let x = Math.imul(n + 1, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 15), 0x85ebca6b);
  x ^= x >>> 13;
  return (x >>> 0) / 2 ** 32;
}
