import { describe, expect, it } from "vitest";
import { parseWatch } from "../../server/http/watch-request";

describe("a reader's request to watch devices", () => {
  it.each([
    ['{"watch":null}', undefined],
    ['{"watch":[]}', new Set()],
    ['{"watch":["a","b","a"],"more":1}', new Set(["a", "b"])],
  ])("%s is accepted", (text, watched) => {
    expect(parseWatch(text)).toEqual({ value: { watched } });
  });

  it.each(["", "[]", "{}", '{"watch":"a"}', '{"watch":[1]}', "\u0000"])("%j is refused", (text) => {
    expect(parseWatch(text).error).toMatch(/expected|not JSON|JSON/);
  });

  it("with more ids than a screen shows is refused", () => {
    const ids = (count: number) => Array.from({ length: count }, (_, i) => `d${i}`);
    expect(parseWatch(JSON.stringify({ watch: ids(1_000) })).value?.watched?.size).toBe(1_000);
    expect(parseWatch(JSON.stringify({ watch: ids(1_001) })).error).toContain("at most 1000 ids");
  });
});
