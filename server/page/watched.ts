import { type GroupView, MAX_WATCHED } from "../../src/common/api";

/**
 * Returns the devices whose values are shown: those in sight, the selected one, and the lights of
 * each group. Pure.
 * @returns null for all, if there are more than can be watched
 */
export function watchedIds(
  inSight: Iterable<string>,
  openId: string | undefined,
  groups: Iterable<Pick<GroupView, "lights">>,
): string[] | null {
  const ids = new Set(inSight);
  if (openId !== undefined) ids.add(openId);
  for (const { lights } of groups) for (const id of lights) ids.add(id);
  return ids.size > MAX_WATCHED ? null : [...ids].sort();
}
