import { readFileSync } from "node:fs";

/**
 * Unit of processor time in /proc, ms. Linux counts in hundredths of a second, independent of the
 * kernel's timer frequency (proc(5): `sysconf(_SC_CLK_TCK)`).
 */
const TICK_MS = 10;

/** Total processor time of the processes until now, user and system together, ms. */
export function cpuMs(...pids: number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    // The process name, in parentheses, may contain any character.
    const [, after = ""] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const fields = after.split(" ");
    // User and system time are fields 14 and 15 of the line. The pid and the name before `after`
    // are fields 1 and 2.
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_MS;
}

/** Resident memory of a process, bytes. */
export function residentBytes(pid: number): number {
  const [, kib = "0"] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}
