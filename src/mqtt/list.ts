/**
 * Removes an item from a list and keeps the order. DeviceScript has no `splice`, Node no `insert`,
 * and on the device assigning to `length` does not shorten an array.
 * @returns false if the item is not in the list
 */
export function remove<T>(list: T[], item: T): boolean {
  const at = list.indexOf(item);
  if (at < 0) return false;
  for (let i = at + 1; i < list.length; i++) list[i - 1] = list[i] as T;
  list.pop();
  return true;
}
