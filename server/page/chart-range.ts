import { fieldsOf, type ServerRule } from "../../src/common/server-rule";
import { LIGHT_MAX_RAW } from "../../src/common/wire";

/** Approximate number of marks on the axis. */
const MARKS = 4;

/**
 * Returns the range of the value axis: the full scale for a light level, else what the values need.
 */
export function valueRange(rule: ServerRule, values: (number | null)[][]): [number, number] {
  if (isLightLevel(rule)) return [0, LIGHT_MAX_RAW];
  const { comparison, value, hysteresis } = rule;
  let low = value;
  let high = value;
  // Include the value at which the rule switches back.
  if (comparison === "below") high += hysteresis;
  else low -= hysteresis;
  for (const line of values)
    for (const each of line) {
      if (each === null || !Number.isFinite(each)) continue;
      low = Math.min(low, each);
      high = Math.max(high, each);
    }
  const span = high - low || Math.abs(value) / 10 || 1;
  // The range begins and ends at a mark, so that the picture does not shift with each reading.
  const step = niceStep(span / MARKS);
  return [Math.floor((low - span / 10) / step) * step, Math.ceil((high + span / 10) / step) * step];
}

export function isLightLevel(rule: ServerRule): boolean {
  return fieldsOf(rule).every((field) => field === "light");
}

/** Returns 1, 2, 5 or 10 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}
