import { median } from "../measurement";

/** Results of one contender in one round. */
export interface Figures {
  name: string;
  qos: 0 | 1;
  /** Decisions per second in a closed loop. */
  perSecond: number;
  /**
   * Processor time for each decision, µs: first of the decider's process alone, then of decider and
   * broker together.
   */
  deciderUs: number | undefined;
  systemUs: number;
  /** Latency from reading to command in an open loop. */
  p50Ms: number;
  p99Ms: number;
}

const HEADER = [
  "",
  "QoS",
  "decisions/s",
  "spread",
  "CPU of the decider",
  "with its broker",
  "p50",
  "p99",
];

/**
 * Returns a Markdown table of the medians over all rounds. The spread column is about the decisions
 * per second.
 */
export function figuresTable(results: Figures[]): string {
  const rows: string[][] = [];
  for (const qos of [0, 1] as const)
    for (const name of new Set(results.map((figures) => figures.name)))
      rows.push(row(results.filter((figures) => figures.name === name && figures.qos === qos)));
  return markdown([HEADER, ...rows]);
}

function row(rounds: Figures[]): string[] {
  const middle = (values: (number | undefined)[]) =>
    median(values.filter((value) => value !== undefined));
  const rates = rounds.map(({ perSecond }) => perSecond);
  const deciderUs = middle(rounds.map((figures) => figures.deciderUs));
  return [
    rounds[0]?.name ?? "",
    String(rounds[0]?.qos ?? ""),
    rounded(middle(rates)),
    `${rounded(Math.min(...rates))}–${rounded(Math.max(...rates))}`,
    deciderUs === undefined ? "-" : `${deciderUs.toFixed(1)} µs`,
    `${(middle(rounds.map(({ systemUs }) => systemUs)) ?? NaN).toFixed(1)} µs`,
    `${(middle(rounds.map(({ p50Ms }) => p50Ms)) ?? NaN).toFixed(2)} ms`,
    `${(middle(rounds.map(({ p99Ms }) => p99Ms)) ?? NaN).toFixed(1)} ms`,
  ];
}

function rounded(value = NaN): string {
  return (Math.round(value / 100) * 100).toLocaleString("en");
}

export function markdown(rows: string[][]): string {
  const [header = [], ...body] = rows;
  const rule = header.map((_, i) => (i === 0 ? "---" : "---:"));
  return [header, rule, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
