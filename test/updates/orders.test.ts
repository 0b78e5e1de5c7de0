import { beforeEach, describe, expect, it } from "vitest";
import { UpdateKeys } from "../../server/setup/update-keys";
import { Orders, refusedBelow } from "../../server/updates/orders";
import { sealOrder } from "../../server/updates/seal";
import { folderForTest } from "../support/folder";

const NOW_S = 1_800_000_000;

let dir: string;
let keys: UpdateKeys;
let wallMs: number;
let published: { id: string; text: string }[];

beforeEach(() => {
  dir = folderForTest();
  keys = new UpdateKeys(dir);
  wallMs = NOW_S * 1000 + 999;
  published = [];
});

function start(): Orders {
  const clock = { wallMs: () => wallMs, monotonicMs: () => 0 };
  return new Orders(keys, clock, (id, text) => {
    published.push({ id, text });
    return Promise.resolve();
  });
}

describe("the number of an order", () => {
  it("is the time in seconds", () => {
    expect(start().nextN("a")).toBe(NOW_S);
  });

  it("grows within a second, and if the clock is set back, for each device by itself", () => {
    const orders = start();
    expect([orders.nextN("a"), orders.nextN("a"), orders.nextN("b")]).toEqual([
      NOW_S,
      NOW_S + 1,
      NOW_S,
    ]);
    wallMs -= 3_600_000;
    expect(orders.nextN("a")).toBe(NOW_S + 2);
  });

  it("is above a number from before the server started", () => {
    expect(start().nextN("a", NOW_S + 50)).toBe(NOW_S + 51);
    expect(start().nextN("a", NOW_S - 50)).toBe(NOW_S);
  });

  it("is above the number that the device has accepted", () => {
    const state = { refused: `7: expected an n above ${NOW_S + 90}, got 7` };
    expect(start().nextN("a", 0, state)).toBe(NOW_S + 91);
  });
});

it.each([
  [undefined, 0],
  [null, 0],
  [{}, 0],
  [{ refused: "12: no space" }, 0],
  [{ refused: "12: expected an n above 30, got 12" }, 30],
  // Device reports are untrusted input. No number follows `MAX_SAFE_INTEGER`.
  [{ refused: `1: expected an n above ${Number.MAX_SAFE_INTEGER}, got 1` }, 0],
  [{ refused: "1: expected an n above 99999999999999999999, got 1" }, 0],
])("the state %j allows orders above %i", (state, above) => {
  expect(refusedBelow(state)).toBe(above);
});

describe("an order", () => {
  it("is published with a code of authentication, by the device's key", async () => {
    const order = { n: NOW_S, do: "report" } as const;
    const key = keys.ensure("a");
    await start().give("a", order);
    expect(published).toEqual([{ id: "a", text: JSON.stringify(sealOrder(key, "a", order)) }]);
  });

  it("is refused for a device without a key", async () => {
    const orders = start();
    const why =
      "a: can't be updated, because this server has no update key for it: see docs/updates.md";
    expect(orders.whyNot("a")).toBe(why);
    await expect(orders.give("a", { n: 1, do: "report" })).rejects.toThrow(why);
    expect(published).toEqual([]);
    keys.ensure("a");
    expect(orders.whyNot("a")).toBeUndefined();
  });
});
