import { describe, expect, it } from "vitest";
import { findProblems, readSources } from "../../../boards/wio-terminal/build/c-modules";

function problemsOf(files: Readonly<Record<string, string>>): string[] {
  return findProblems(new Map(Object.entries(files)));
}

describe("the board's C modules", () => {
  it("follow the rules", () => {
    const sources = readSources();
    expect(sources.size).toBeGreaterThan(90);
    expect(findProblems(sources)).toEqual([]);
  });

  it("are reported if they form a cycle, by files or by headers", () => {
    const problems = problemsOf({
      "a/one.c": '#include "one.h"\n#include "two.h"\n',
      "a/one.h": "",
      "a/two.h": '#include "three.h"\n',
      "b/three.c": '#include "one.h"\n',
      "b/three.h": "",
      "b/four.c": '#include "../a/one.h"\n#include "five.h"\n',
      "b/five.h": '#include "../b/four.h"\n',
      "b/four.h": "",
    });
    expect(problems).toEqual([
      "cycle: a/one -> a/two -> b/three -> a/one",
      "cycle: b/four -> b/five -> b/four",
    ]);
  });

  it("may call each other only through their headers", () => {
    expect(
      problemsOf({
        "a/shared.h":
          "void one_step(uint64_t now,\n              int more);\nstatic int mine(void);\n",
        "a/one.c": "void one_step(uint64_t now, int more) {\n  if (more) return;\n}\n",
        "a/two.c": "_Noreturn void two_end(void) __attribute__((used));\n",
      }),
    ).toEqual([
      "a/shared.h: declares one_step, which is in a/one",
      "a/two.c: declares two_end, which is in no module",
    ]);
  });

  it("have unique names for their constants", () => {
    expect(
      problemsOf({
        "a/one.h": "enum { ONE_FIRST = 1, /* , SECOND */ CLOSE };\n",
        "a/two.c": "typedef enum {\n  CLOSE,\n} two;\n",
      }),
    ).toEqual([
      "a/one.h: CLOSE does not begin with the name of its module",
      "a/two.c: CLOSE is also in a/one.h",
    ]);
  });
});
