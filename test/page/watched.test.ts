import { expect, it } from "vitest";
import { watchedIds } from "../../server/page/watched";
import { MAX_WATCHED } from "../../src/common/api";

it("is watched what is in sight, opened, or a light of a group", () => {
  expect(watchedIds(["b", "a"], undefined, [])).toEqual(["a", "b"]);
  expect(watchedIds(["b"], "c", [{ lights: ["mast", "b"] }, { lights: ["east"] }])).toEqual([
    "b",
    "c",
    "east",
    "mast",
  ]);
});

it("are all watched if these are too many", () => {
  const lights = Array.from({ length: MAX_WATCHED }, (_, i) => `d${i}`);
  expect(watchedIds([], undefined, [{ lights }])).toHaveLength(MAX_WATCHED);
  expect(watchedIds([], "one more", [{ lights }])).toBe(null);
});
