import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { repeatedDownload } from "../../server/tab/repeated-download";

describe("a download that may never settle", () => {
  const uncached: boolean[] = [];
  const answers: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];
  const download = (isUncached: boolean) => {
    uncached.push(isUncached);
    return new Promise<string>((resolve, reject) => answers.push({ resolve, reject }));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    uncached.length = answers.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is started once if it settles in time", async () => {
    const result = repeatedDownload(download);
    vi.advanceTimersByTime(9_999);
    answers[0]?.resolve("first");
    expect(await result).toBe("first");
    await vi.advanceTimersByTimeAsync(100_000);
    expect(uncached).toEqual([false]);
  });

  it("is started again without the cache, and the first result counts", async () => {
    const result = repeatedDownload(download);
    vi.advanceTimersByTime(10_000);
    expect(uncached).toEqual([false, true]);
    answers[1]?.resolve("second");
    answers[0]?.resolve("late");
    expect(await result).toBe("second");
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("fails with the first error", async () => {
    const result = repeatedDownload(download);
    answers[0]?.reject(new Error("404"));
    await expect(result).rejects.toThrow("404");
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends after six downloads, and a slow one still counts", async () => {
    const result = repeatedDownload(download);
    vi.advanceTimersByTime(1_000_000);
    expect(uncached).toHaveLength(6);
    expect(vi.getTimerCount()).toBe(0);
    answers[3]?.resolve("slow");
    expect(await result).toBe("slow");
  });
});
