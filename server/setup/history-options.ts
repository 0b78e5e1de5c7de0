import { wholeNumber } from "./whole-number";

/** How much history is kept. */
export interface HistoryLimits {
  days: number;
  megabytes: number;
}

export const DEFAULT_HISTORY: HistoryLimits = { days: 7, megabytes: 100 };

export const HISTORY_HELP = `  --history-days N  keep measurements for this many days   (${DEFAULT_HISTORY.days})
  --history-mb N    maximum history size, MB               (${DEFAULT_HISTORY.megabytes})`;

export const HISTORY_FLAGS = {
  "history-days": { type: "string" },
  "history-mb": { type: "string" },
} as const;

const MAX_DAYS = 3_650;
const MAX_MEGABYTES = 1_000_000;

/**
 * Parses the options of the history.
 * @throws UserError "expected X, got Y" with the option's name
 */
export function parseHistory(values: {
  "history-days"?: string;
  "history-mb"?: string;
}): HistoryLimits {
  const { days, megabytes } = DEFAULT_HISTORY;
  return {
    days: wholeNumber("--history-days", values["history-days"], days, [1, MAX_DAYS]),
    megabytes: wholeNumber("--history-mb", values["history-mb"], megabytes, [1, MAX_MEGABYTES]),
  };
}
