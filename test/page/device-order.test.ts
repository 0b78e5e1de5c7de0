import { describe, expect, it } from "vitest";
import { filterAndSort, type ListChoice } from "../../server/page/device-order";
import { firstByName, NameOrder } from "../../server/page/name-order";
import { rowWindow } from "../../server/page/row-window";
import { titleOf } from "../../server/page/words";
import { loadConfig } from "../../server/setup/config";
import type { DeviceView, GroupView, HealthNote } from "../../src/common/api";
import { deviceView } from "./views";

const { rule } = loadConfig();

const view = (id: string, light: number | undefined, change: Partial<DeviceView>): DeviceView =>
  deviceView(id, { ...(light !== undefined && { light, values: { light } }), ...change });
const at = (s: number) => new Date(s * 1_000).toISOString();

const AWAY: HealthNote = { about: "offline", why: "said", sinceMs: null };

const views = [
  view("light-10", 500, { lastSeen: at(30) }),
  view("light-9", 20, { lastSeen: at(10), online: false, health: [AWAY] }),
  view("Hall", undefined, {}),
  view("a-7", undefined, { name: "Under the roof" }),
  view("light-1", 90, { lastSeen: at(20), health: [{ about: "alone", sinceMs: null }] }),
];
const groups = new Map<string, GroupView>([
  [
    "east",
    {
      id: "east",
      on: null,
      decide: "any",
      members: [{ id: "light-9", value: 1 }],
      lights: ["Hall"],
    },
  ],
]);

function ids(choice: Partial<ListChoice>): string[] {
  const viewOf = (id: string) => views.find((each) => each.id === id);
  const names = new NameOrder();
  names.update(
    views.map(({ id }) => id),
    (id) => titleOf(viewOf(id) ?? { id }),
  );
  const all: ListChoice = { search: "", filter: "all", sort: "name" };
  const isOutdated = ({ id }: DeviceView) => id === "light-9";
  return filterAndSort(names.ids, viewOf, groups, rule, { ...all, ...choice }, isOutdated);
}

describe("the list of devices", () => {
  it.each<[Partial<ListChoice>, string[]]>([
    [{}, ["Hall", "light-1", "light-9", "light-10", "a-7"]],
    [{ sort: "value" }, ["light-9", "light-1", "light-10", "Hall", "a-7"]],
    [{ sort: "seen" }, ["light-10", "light-1", "light-9", "Hall", "a-7"]],
    [{ sort: "problems" }, ["light-1", "light-9", "Hall", "light-10", "a-7"]],
    [{ search: " LIGHT-1 " }, ["light-1", "light-10"]],
    [{ search: "the roof" }, ["a-7"]],
    [{ search: "A-7" }, ["a-7"]],
    [{ filter: "offline" }, ["light-9"]],
    [{ filter: "online", search: "l", sort: "value" }, ["light-1", "light-10", "Hall"]],
    [{ filter: "behind" }, ["light-9"]],
    [{ filter: "group east" }, ["Hall", "light-9"]],
    [{ filter: "group that is gone" }, ["Hall", "light-1", "light-9", "light-10", "a-7"]],
    [{ search: "nobody" }, []],
  ])("filters by %j", (choice, expected) => {
    expect(ids(choice)).toEqual(expected);
  });
});

describe("the rows that have an element", () => {
  const viewport = { scrollTop: 0, height: 500, rowHeight: 50, columns: 1 };

  it("are all rows of a short list", () => {
    expect(rowWindow(30, viewport)).toEqual({ first: 0, end: 30, above: 0, below: 0 });
    expect(rowWindow(0, viewport)).toEqual({ first: 0, end: 0, above: 0, below: 0 });
  });

  it.each([1, 2, 3])("are the visible rows and some around them, in %i columns", (columns) => {
    const rows = Math.ceil(10_000 / columns);
    for (let scrollTop = 0; scrollTop <= rows * 50; scrollTop += 777) {
      const { first, end, above, below } = rowWindow(10_000, { ...viewport, scrollTop, columns });
      expect(first).toBeLessThanOrEqual(Math.floor(scrollTop / 50) * columns);
      expect(end).toBeGreaterThanOrEqual(
        Math.min(10_000, Math.ceil((scrollTop + 500) / 50) * columns),
      );
      expect(end - first).toBeLessThanOrEqual(65 * columns);
      expect(above + Math.ceil((end - first) / columns) * 50 + below).toBe(rows * 50);
    }
  });
});

describe("the order by name", () => {
  it("equals a complete sort, after any device is added, removed or renamed", () => {
    const titles = new Map<string, string>();
    const order = new NameOrder();
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    const titleOfId = (id: string) => titles.get(id) ?? id;
    let random = 1;
    const upTo = (end: number) => (random = (random * 48_271) % 2_147_483_647) % end;
    for (let round = 0; round < 200; round++) {
      const touched = Array.from({ length: upTo(8) }, () => `d${upTo(60)}`);
      for (const id of touched)
        if (upTo(3) === 0) titles.delete(id);
        else titles.set(id, `lamp ${upTo(30)}`);
      order.update(touched, (id) => titles.get(id));
      const sorted = [...titles.keys()].sort(
        (a, b) => compare(titleOfId(a), titleOfId(b)) || compare(a, b),
      );
      expect(order.ids).toEqual(sorted);
      expect(firstByName(titles.keys(), titleOfId, 5)).toEqual(sorted.slice(0, 5));
    }
    expect(titles.size).toBeGreaterThan(20);
  });
});
