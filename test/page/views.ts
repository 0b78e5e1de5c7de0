import type { DeviceView, HistoryPoint } from "../../src/common/api";

/** Returns the view of an online device that has sent nothing, with the given changes. */
export function deviceView(id: string, change: Partial<DeviceView> = {}): DeviceView {
  return {
    id,
    online: true,
    simulated: false,
    light: null,
    values: {},
    ledOn: null,
    lastSeen: null,
    state: null,
    health: [],
    ...change,
  };
}

/** Returns the point of one reading in a chart. */
export function pointOf(atMs: number, light: number, ledOn: number | null = null): HistoryPoint {
  const values = { light: { min: light, mean: light, max: light } };
  return { atMs, lastMs: atMs, readings: 1, values, ledOn };
}
