import { matches } from "../../src/common/id";
import type { Config } from "./config";

/** A device that has been silent for this long, or three intervals, counts as offline. */
const SILENCE_MS = 30_000;

/** What the configuration says of devices. */
export interface ListedDevices {
  /** Whether a device is ours, whatever it says. */
  isListed: (id: string) => boolean;
  /** After how long without a message a device counts as offline, ms; Infinity for never. */
  silenceMs: (id: string) => number;
  /** The same for a device without a limit of its own, ms. */
  usualSilenceMs: number;
}

/** @param id the server's own, which its simulated device has */
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
