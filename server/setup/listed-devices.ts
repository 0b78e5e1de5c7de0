import { matches } from "../../src/common/id";
import type { Config } from "./config";

/** A device that has been silent for this long, ms, or for three intervals, counts as offline. */
const SILENCE_MS = 30_000;

/** The devices that the configuration lists, and their limits of silence. */
export interface ListedDevices {
  /**
   * Whether the configuration names the device. Such a device belongs to this server, whatever it
   * sends.
   */
  isListed: (id: string) => boolean;
  /** Time without a message after which the device counts as offline, ms; Infinity for never. */
  silenceMs: (id: string) => number;
  /** `silenceMs` of a device for which the configuration sets no limit, ms. */
  usualSilenceMs: number;
}

/** @param id the server's own id, which its simulated device uses */
export function listedDevices(id: string, config: Config): ListedDevices {
  const usualSilenceMs = Math.max(SILENCE_MS, 3 * config.telemetry.intervalMs);
  const listed = new Set([
    id,
    ...config.groups.flatMap(({ members, lights }) => [...members, ...lights]),
  ]);
  const patterns = typeof config.devices === "string" ? [] : config.devices;
  const limits = Object.entries(config.offlineAfterMs);
  return {
    isListed: (id) => listed.has(id) || matches(id, patterns),
    silenceMs: (id) => {
      const limit = limits.find(([pattern]) => matches(id, [pattern]));
      return limit ? limit[1] || Infinity : usualSilenceMs;
    },
    usualSilenceMs,
  };
}
