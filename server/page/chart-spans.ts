/** A time span that the chart can show. */
export interface ChartSpan {
  name: string;
  /** The span's name in a sentence, for example "the last 6 hours". */
  words: string;
  ms: number;
  /** Interval at which the data is fetched again, ms. The live chart needs no fetching. */
  refreshMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const LIVE: ChartSpan = {
  name: "live",
  words: "the last 5 minutes",
  ms: 5 * MINUTE_MS,
  refreshMs: Infinity,
};

/** The spans to choose from, named after the values of the radio buttons in `index.html`. */
export const CHART_SPANS: ChartSpan[] = [
  LIVE,
  { name: "1h", words: "the last hour", ms: HOUR_MS, refreshMs: 10_000 },
  { name: "6h", words: "the last 6 hours", ms: 6 * HOUR_MS, refreshMs: 30_000 },
  { name: "24h", words: "the last 24 hours", ms: 24 * HOUR_MS, refreshMs: MINUTE_MS },
  { name: "7d", words: "the last 7 days", ms: 168 * HOUR_MS, refreshMs: MINUTE_MS },
];
