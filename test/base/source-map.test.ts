import { describe, expect, it } from "vitest";
import { type DebugInfo, locate, sourceMapOf } from "../../server/base/source-map";

/** Debug information of a program with two source files. */
const debug: DebugInfo = {
  functions: [
    { name: "main", startpc: 100 },
    { name: "sense", startpc: 200 },
  ],
  sources: [
    { path: "src/main.ts", length: 20, text: "line 1\nline 2\nline 3" },
    { path: "src/sensor.ts", length: 14, text: "line 1\nline 2\n" },
  ],
  // Entries of three numbers, as `DebugInfo` describes them. The pieces of code begin at 0, 8 and
  // 15 in the first file, and at 8 in the second file, which starts at 20.
  srcmap: [0, 3, 100, 8, 3, 10, 7, 3, 5, 13, 3, 90],
};

describe("the place of a crash", () => {
  const places = sourceMapOf(debug);

  it.each([
    ["panic 60005 at main_F0 (pc:0)", "src/main.ts:1"],
    // The virtual machine's counter is already past the faulty instruction, so pc 10 means the
    // instruction before it.
    ["panic 60005 at main_F0 (pc:10)", "src/main.ts:1"],
    ["panic 60005 at main_F0 (pc:11)", "src/main.ts:2"],
    ["panic 60005 at main_F0 (pc:16)", "src/main.ts:3"],
    ["panic 60004 at sense_F1 (pc:86)", "src/sensor.ts:2"],
  ])("%s is %s", (text, place) => {
    expect(locate(text, places)).toBe(place);
  });

  it.each([
    "watchdog",
    "panic 60005",
    "bus fault at 0x20000000, pc 0x00004100, lr 0x00004200",
    "panic 60005 at other_F1 (pc:86)",
    "panic 60005 at main_F7 (pc:1)",
  ])("is unknown for: %s", (text) => {
    expect(locate(text, places)).toBeUndefined();
  });

  it("is unknown if the debug information is missing", () => {
    const nothing = sourceMapOf({ functions: debug.functions, sources: [], srcmap: [] });
    expect(locate("panic 60005 at main_F0 (pc:11)", nothing)).toBeUndefined();
  });
});
