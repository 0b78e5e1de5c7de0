import { expect, it } from "vitest";
import { lightOfPicture, refusalWords } from "../../server/tab/camera-light";

const picture = (...pixels: [red: number, green: number, blue: number][]) =>
  Uint8ClampedArray.from(pixels.flatMap((colours) => [...colours, 255]));

it.each<[string, number, Uint8ClampedArray]>([
  ["black", 0, picture([0, 0, 0])],
  ["white", 1023, picture([255, 255, 255])],
  ["grey", 514, picture([128, 128, 128])],
  ["half black, half white", 511, picture([0, 0, 0], [255, 255, 255])],
  [
    "a white window in a dark room of four",
    256,
    picture([0, 0, 0], [0, 0, 0], [0, 0, 0], [255, 255, 255]),
  ],
])("is the mean of a picture: %s is %i", (_what, lightRaw, pixels) => {
  expect(lightOfPicture(pixels)).toBe(lightRaw);
});

it("weighs green more than red, and red more than blue, as the eye does", () => {
  const [red, green, blue] = [picture([255, 0, 0]), picture([0, 255, 0]), picture([0, 0, 255])].map(
    lightOfPicture,
  );
  expect([red, green, blue]).toEqual([217, 732, 74]);
});

it.each([
  ["NotAllowedError", /not allowed: allow it beside the page's address/],
  ["NotFoundError", /^No camera was found\.$/],
  ["OverconstrainedError", /^No camera was found\.$/],
  ["NotReadableError", /another program may be using it/],
  ["AbortError", /another program may be using it/],
  ["InvalidStateError", /^The camera can't be used: odd$/],
])("tells in one line what a person can do about %s", (name, words) => {
  expect(refusalWords({ name, message: "odd" })).toMatch(words);
});
