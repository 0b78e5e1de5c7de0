/** Compares names with their numbers: light-2 comes before light-10. */
const collator = new Intl.Collator(undefined, { numeric: true });

type TitleOf = (id: string) => string;

/** Device ids, sorted by the names that the page shows. Pure. */
export class NameOrder {
  ids: string[] = [];
  private readonly titles = new Map<string, string>();

  /**
   * Moves new and renamed devices to their places. Sorting ten thousand devices for each new one
   * would cause a noticeable delay.
   * @param ids any devices, including removed ones
   * @param titleOf returns undefined for a removed device
   */
  update(ids: Iterable<string>, titleOf: (id: string) => string | undefined): void {
    const moved = [...new Set(ids)].filter((id) => this.titles.get(id) !== titleOf(id));
    if (moved.length === 0) return;
    const gone = new Set(moved);
    this.ids = this.ids.filter((id) => !gone.has(id));
    for (const id of moved) {
      const title = titleOf(id);
      if (title === undefined) this.titles.delete(id);
      else this.titles.set(id, title);
    }
    const compare = comparison((id) => this.titles.get(id) ?? id);
    const come = moved.filter((id) => this.titles.has(id)).sort(compare);
    this.ids = merged(this.ids, come, compare);
  }
}

/** Returns the first `count` ids by name, sorted. */
export function firstByName(ids: Iterable<string>, titleOf: TitleOf, count: number): string[] {
  const compare = comparison(titleOf);
  const first: string[] = [];
  for (const id of ids) {
    const last = first[count - 1];
    if (last !== undefined && compare(id, last) >= 0) continue;
    const at = first.findIndex((other) => compare(id, other) < 0);
    first.splice(at < 0 ? first.length : at, 0, id);
    first.length = Math.min(first.length, count);
  }
  return first;
}

function comparison(titleOf: TitleOf): (a: string, b: string) => number {
  return (a, b) => collator.compare(titleOf(a), titleOf(b)) || collator.compare(a, b);
}

/** Merges two sorted lists, a long and a short one. */
function merged(
  many: string[],
  few: string[],
  compare: (a: string, b: string) => number,
): string[] {
  const all: string[] = [];
  let from = 0;
  for (const id of few) {
    let end = many.length;
    for (let low = from; low < end;) {
      const middle = (low + end) >> 1;
      if (compare(many[middle] ?? "", id) < 0) low = middle + 1;
      else end = middle;
    }
    for (; from < end; from++) all.push(many[from] ?? "");
    all.push(id);
  }
  return all.concat(many.slice(from));
}
