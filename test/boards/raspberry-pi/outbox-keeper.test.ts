import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseReadings } from "../../../boards/raspberry-pi/kept-readings";
import { OutboxKeeper } from "../../../boards/raspberry-pi/outbox-keeper";

/** A file that counts its writes. */
class Disk {
  writes = 0;
  content = new Uint8Array();

  load = () => this.content;
  save = (content: Uint8Array) => {
    this.writes++;
    this.content = content;
  };
}

describe("the outbox on a disk", () => {
  let disk: Disk;
  let lines: string[];
  let seq: number;
  const keeper = () => new OutboxKeeper(disk, (line, level) => lines.push(`${level}: ${line}`));
  const onDisk = () => parseReadings(Buffer.from(disk.content).toString()).map((r) => r.seq);

  beforeEach(() => {
    vi.useFakeTimers();
    [disk, lines, seq] = [new Disk(), [], 0];
  });
  afterEach(() => vi.useRealTimers());

  const take = (kept: OutboxKeeper) =>
    kept.hear(`> Outbox keeps ${JSON.stringify({ light: 1, led_on: false, seq: ++seq, boot: 3 })}`);

  it("writes nothing while a broker answers", () => {
    const kept = keeper();
    for (let minute = 0; minute < 600; minute++) {
      take(kept);
      vi.advanceTimersByTime(20);
      kept.hear(`> Outbox frees ${seq}`);
      vi.advanceTimersByTime(1_990);
    }
    kept.close();
    expect(disk.writes).toBe(0);
  });

  it("contains waiting readings within two seconds, and none once they have arrived", () => {
    const kept = keeper();
    take(kept);
    vi.advanceTimersByTime(2_000);
    expect(onDisk()).toEqual([1]);
    take(kept);
    vi.advanceTimersByTime(1_000);
    expect(onDisk()).toEqual([1, 2]);
    kept.hear("> Outbox frees 2");
    vi.advanceTimersByTime(1_000);
    expect(disk.content).toHaveLength(0);
    const { writes } = disk;
    vi.advanceTimersByTime(60_000);
    expect(disk.writes).toBe(writes);
    kept.close();
    expect(lines).toEqual([]);
  });

  it("spares the card in a long outage, and saves the rest at the end", () => {
    const kept = keeper();
    for (let minute = 0; minute < 1_800; minute++) {
      take(kept);
      vi.advanceTimersByTime(2_000);
    }
    // The outage lasts an hour. The file is written more often in the first ten minutes, then at
    // most every 30 s.
    expect(disk.writes).toBeLessThan(200);
    expect(disk.writes).toBeGreaterThan(120);
    take(kept);
    kept.close();
    expect(onDisk().at(-1)).toBe(seq);
    keeper();
    expect(lines).toEqual([
      expect.stringMatching(/^info: Readings of an earlier run: \d+ wait for the broker$/),
    ]);
  });

  it("starts empty if the file has another format", () => {
    disk.content = Buffer.from("[[1]]");
    expect(keeper().readings.count).toBe(0);
    expect(lines).toEqual([
      "warn: the readings that waited are lost: expected five whole numbers, got [1]",
    ]);
  });
});
