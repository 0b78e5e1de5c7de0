import { median } from "../measurement";
import { NAMES } from "./contenders";
import { type Figures, markdown } from "./table";

/** Expected ratios between a figure of this project and the same figure of an alternative. */
const TARGETS = [
  { of: NAMES.everyReading, to: NAMES.paho, figure: "perSecond", least: 2.5 },
  { of: NAMES.everyReading, to: NAMES.c, figure: "perSecond", least: 0.9 },
  { of: NAMES.onChange, to: NAMES.c, figure: "perSecond", least: 1.7 },
  { of: NAMES.embedded, to: NAMES.c, figure: "systemUs", most: 0.7 },
] as const;
/** Maximum p99 latency from a reading to its command, ms, for the embedded broker at QoS 1. */
const MOST_P99_MS = 5;

const FIGURES = { perSecond: "decisions/s", systemUs: "CPU with its broker" };

/**
 * Returns a table of expected and measured ratios. Each ratio is computed within one round, in
 * which both contenders ran on the same machine. The table shows the median of the rounds.
 */
export function targetsTable(results: Figures[]): string {
  const rows = TARGETS.flatMap((target) =>
    ([0, 1] as const).map((qos) => {
      const { of, to, figure } = target;
      const figures = (name: string) =>
        results.filter((found) => found.name === name && found.qos === qos);
      const rivals = figures(to);
      const ratio =
        median(figures(of).map((ours, i) => ours[figure] / (rivals[i]?.[figure] ?? NaN))) ?? NaN;
      const reached = "least" in target ? ratio >= target.least : ratio <= target.most;
      const expected = "least" in target ? `at least ${target.least}` : `at most ${target.most}`;
      return [
        `${of} : ${to}, ${FIGURES[figure]}`,
        String(qos),
        ratio.toFixed(2),
        expected,
        verdict(reached),
      ];
    }),
  );
  const p99Ms =
    median(
      results
        .filter(({ name, qos }) => name === NAMES.embedded && qos === 1)
        .map((one) => one.p99Ms),
    ) ?? NaN;
  rows.push([
    `${NAMES.embedded}, p99`,
    "1",
    `${p99Ms.toFixed(1)} ms`,
    `below ${MOST_P99_MS} ms`,
    verdict(p99Ms < MOST_P99_MS),
  ]);
  return markdown([["", "QoS", "ratio", "expected", ""], ...rows]);
}

function verdict(isReached: boolean): string {
  return isReached ? "reached" : "**not reached**";
}
