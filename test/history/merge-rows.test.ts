import { expect, it } from "vitest";
import { mergeRows } from "../../server/history/merge-rows";
import type { Row } from "../../server/history/row";

const row = (atMs: number, light?: number, ledOn: boolean | null = null): Row => ({
  atMs,
  values: light === undefined ? {} : { light },
  ledOn,
});

it("merges two lists by time, and joins rows of the same millisecond", () => {
  const first = [row(1, 10, true), row(3, 30, true), row(5, 50)];
  const second = [row(2, 20), row(3, 31), row(5, undefined, false), row(6), row(7)];
  expect([...mergeRows(first, second)]).toEqual([
    row(1, 10, true),
    row(2, 20),
    row(3, 31, true),
    row(5, 50, false),
    row(6),
    row(7),
  ]);
  expect([...mergeRows([], first)]).toEqual(first);
  expect([...mergeRows(first, [])]).toEqual(first);
});

it("can stop in the middle", () => {
  for (const each of mergeRows([row(1), row(2)], [row(3)])) {
    expect(each).toEqual(row(1));
    break;
  }
});
