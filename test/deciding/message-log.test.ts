import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MessageLog } from "../../server/deciding/message-log";

describe("lines about single messages", () => {
  let lines: string[];
  let messages: MessageLog;

  beforeEach(() => {
    vi.useFakeTimers();
    lines = [];
    messages = new MessageLog((source, text) => lines.push(`${source}: ${text}`), "server");
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function note(count: number): void {
    for (let i = 1; i <= count; i++) messages.note(() => `message ${i}`);
  }

  it("are logged up to twenty a second, with their details", () => {
    const seen: unknown[] = [];
    const detailed = new MessageLog((...args) => seen.push(args), "broker");
    detailed.note(() => "hello", { topic: "a/b" });
    expect(seen).toEqual([["broker", "hello", { topic: "a/b" }]]);
    note(20);
    vi.advanceTimersByTime(1_000);
    expect(lines).toEqual(Array.from({ length: 20 }, (_, i) => `server: message ${i + 1}`));
  });

  it("are only counted beyond that limit, and the next second starts from zero", () => {
    note(1_220);
    expect(lines).toHaveLength(20);
    vi.advanceTimersByTime(999);
    expect(lines).toHaveLength(20);
    vi.advanceTimersByTime(1);
    expect(lines.slice(20)).toEqual(["server: and 1,200 more messages in the last second"]);
    note(21);
    vi.advanceTimersByTime(1_000);
    expect(lines).toHaveLength(21 + 21);
    expect(lines.at(-1)).toBe("server: and 1 more messages in the last second");
  });

  it("begin a second with its first message, not with the clock", () => {
    vi.advanceTimersByTime(700);
    note(20);
    vi.advanceTimersByTime(900);
    note(5);
    expect(lines).toHaveLength(20);
    vi.advanceTimersByTime(100);
    expect(lines.at(-1)).toContain("and 5 more");
  });

  it("are not formatted if they are not logged", () => {
    let made = 0;
    for (let i = 0; i < 100; i++) messages.note(() => `${++made}`);
    expect(made).toBe(20);
  });

  it("lose no count at the end, and leave no timer", () => {
    note(23);
    messages.stop();
    expect(lines.at(-1)).toContain("and 3 more");
    expect(vi.getTimerCount()).toBe(0);
    messages.stop();
    expect(lines).toHaveLength(21);
  });
});
