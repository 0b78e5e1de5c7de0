import { fieldsOf, type ServerRule } from "../../src/common/server-rule";
import { LIGHT_MAX } from "../../src/common/wire";

/** About as many marks as there are from bottom to top. */
const MARKS = 4;

/** From where to where the chart's values go: the whole of a light level, else what there is. */
export function valueRange(rule: ServerRule, values: (number | null)[][]): [number, number] {
  if (isLightLevel(rule)) return [0, LIGHT_MAX];
  const { comparison, value, hysteresis } = rule;
  let low = value;
  let high = value;
  // Where it changes back is worth seeing, too.
  if (comparison === "below") high += hysteresis;
  else low -= hysteresis;
  for (const line of values)
    for (const each of line) {
      if (each === null || !Number.isFinite(each)) continue;
      low = Math.min(low, each);
      high = Math.max(high, each);
    }
  const span = high - low || Math.abs(value) / 10 || 1;
  // From mark to mark, so that the picture does not shift with each reading.
  const step = niceStep(span / MARKS);
  return [Math.floor((low - span / 10) / step) * step, Math.ceil((high + span / 10) / step) * step];
}

export function isLightLevel(rule: ServerRule): boolean {
  return fieldsOf(rule).every((field) => field === "light");
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}
