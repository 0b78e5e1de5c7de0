import type { Seen } from "../support/witness";

/**
 * Counts arrived and lost readings of many devices by the gaps in their numbers. Each start of a
 * program counts from 1, and a repeated reading keeps its number. Readings that a program had not
 * sent when it ended leave no gap and are not counted.
 */
export function countReadings(seen: Seen[]): { arrived: number; lost: number } {
  /** Number of the last reading, by topic and start of the program. */
  const last = new Map<string, number>();
  let arrived = 0;
  let lost = 0;
  for (const { topic, payload } of seen) {
    const { boot, seq } = JSON.parse(payload) as { boot: number; seq: number };
    const start = `${topic} ${boot}`;
    const before = last.get(start) ?? 0;
    if (seq <= before) continue;
    arrived++;
    lost += seq - before - 1;
    last.set(start, seq);
  }
  return { arrived, lost };
}
