import { UserError } from "../base/user-error";

/** How much of the past is kept. */
export interface HistoryLimits {
  days: number;
  megabytes: number;
}

export const DEFAULT_HISTORY: HistoryLimits = { days: 7, megabytes: 100 };

export const HISTORY_HELP = `  --history-days N  keep what was measured for so long     (${DEFAULT_HISTORY.days})
  --history-mb N    and no more of it than fits into this  (${DEFAULT_HISTORY.megabytes})`;

export const HISTORY_FLAGS = {
  "history-days": { type: "string" },
  "history-mb": { type: "string" },
} as const;

const MAX_DAYS = 3_650;
const MAX_MEGABYTES = 1_000_000;

/** @throws UserError naming the option, what was found and what is allowed */
export function parseHistory(values: {
  "history-days"?: string;
  "history-mb"?: string;
}): HistoryLimits {
  const { days, megabytes } = DEFAULT_HISTORY;
  return {
    days: wholeNumber("--history-days", values["history-days"], days, MAX_DAYS),
    megabytes: wholeNumber("--history-mb", values["history-mb"], megabytes, MAX_MEGABYTES),
  };
}

function wholeNumber(name: string, text: string | undefined, preset: number, max: number): number {
  if (text === undefined) return preset;
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UserError(`${name}: found "${text}", allowed is a whole number from 1 to ${max}`);
}
