import { expect, it } from "vitest";
import { watchedIds } from "../../server/page/watched";
import { MAX_WATCHED } from "../../src/common/api";

it("watches devices that are visible, opened, or lights of a group", () => {
  expect(watchedIds(["b", "a"], undefined, [])).toEqual(["a", "b"]);
  expect(watchedIds(["b"], "c", [{ lights: ["mast", "b"] }, { lights: ["east"] }])).toEqual([
    "b",
    "c",
    "east",
    "mast",
  ]);
});

it("watches all devices if these are too many", () => {
  const lights = Array.from({ length: MAX_WATCHED }, (_, i) => `d${i}`);
  expect(watchedIds([], undefined, [{ lights }])).toHaveLength(MAX_WATCHED);
  expect(watchedIds([], "one more", [{ lights }])).toBe(null);
});
