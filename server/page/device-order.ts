import type { DeviceView, GroupView } from "../../src/common/api";
import { fieldsOf, inputOf, type ServerRule } from "../../src/common/server-rule";

/** Filters and sorts the device list. Pure. */

export type SortOrder = "name" | "problems" | "seen" | "value";

export interface ListChoice {
  /** A part of the id or the name; case does not matter. */
  search: string;
  /** The devices to show: "all", "online", "offline", "behind", or "group " and a group's id. */
  filter: string;
  sort: SortOrder;
}

type Passes = (view: DeviceView) => boolean;

/**
 * Filters and sorts the devices.
 * @param names all ids sorted by name; equal keys keep this order
 * @param isOutdated whether a device runs another program than the server has for it
 * @returns the ids to show
 */
export function filterAndSort(
  names: string[],
  viewOf: (id: string) => DeviceView | undefined,
  groups: Map<string, GroupView>,
  rule: ServerRule,
  { search, filter, sort }: ListChoice,
  isOutdated: Passes,
): string[] {
  const part = search.trim().toLowerCase();
  const passes = filter === "behind" ? isOutdated : filterOf(filter, groups);
  const found: { id: string; key: number }[] = [];
  for (const id of names) {
    const view = viewOf(id);
    if (!view || !passes(view)) continue;
    if (![id, view.name ?? ""].some((text) => text.toLowerCase().includes(part))) continue;
    found.push({ id, key: keyOf(sort, view, rule) });
  }
  if (sort !== "name") found.sort((a, b) => a.key - b.key);
  return found.map(({ id }) => id);
}

/** Whether the device needs attention. */
function filterOf(filter: string, groups: Map<string, GroupView>): Passes {
  if (filter === "online") return ({ online }) => online;
  if (filter === "offline") return ({ online }) => !online;
  const group = filter.startsWith("group ") && groups.get(filter.slice("group ".length));
  if (!group) return () => true;
  const ids = new Set([...group.members.map(({ id }) => id), ...group.lights]);
  return ({ id }) => ids.has(id);
}

/** Returns the sort key; the smallest comes first. */
function keyOf(sort: SortOrder, view: DeviceView, rule: ServerRule): number {
  switch (sort) {
    case "name":
      return 0;
    case "problems":
      return view.health.length > 0 ? 0 : 1;
    case "seen":
      return view.lastSeen === null ? Infinity : -Date.parse(view.lastSeen);
    case "value": {
      const isKnown = fieldsOf(rule).every((field) => view.values[field] !== undefined);
      return isKnown ? inputOf(rule, view.values) : Infinity;
    }
  }
}
