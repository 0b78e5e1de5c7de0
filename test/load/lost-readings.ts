import type { Seen } from "../support/witness";

/**
 * What the readings of many devices say of those that are missing. Each start of a program counts
 * from 1, and a reading that is sent again has the number that it had. Those that a program had
 * taken last when it ended leave no gap, so they are not counted.
 */
export function countReadings(seen: Seen[]): { arrived: number; lost: number } {
  /** By topic and start, the last number. */
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
