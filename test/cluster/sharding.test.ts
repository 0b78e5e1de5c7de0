import { describe, expect, it } from "vitest";
import { Owners } from "../../server/cluster/owners";
import { fnv1a, shardKeys, shardOf } from "../../server/cluster/sharding";
import type { Group } from "../../src/common/groups";

function group(id: string, members: string[], lights: string[]): Group {
  return { id, members, lights, decide: "any", validMs: 1000 };
}

/** Returns how many of the keys belong to each shard. */
function spread(keys: string[], count: number): number[] {
  const sizes = new Array<number>(count).fill(0);
  for (const key of keys) {
    const at = shardOf(key, count) - 1;
    sizes[at] = (sizes[at] ?? NaN) + 1;
  }
  return sizes;
}

describe("the hash of an id", () => {
  it("is FNV-1a of its UTF-8, with the values its authors publish", () => {
    expect(fnv1a("")).toBe(0x811c9dc5);
    expect(fnv1a("a")).toBe(0xe40c292c);
    expect(fnv1a("foobar")).toBe(0xbf9cf968);
    // "ä" is the bytes C3 A4 in UTF-8, so its hash is ((offset ^ C3) * prime ^ A4) * prime, modulo
    // 2^32.
    expect(fnv1a("ä")).toBe(0x199de0e2);
  });

  it("never changes, so that servers of different versions agree on shards", () => {
    expect(["device-1", "device-2", "lamp", "ä"].map((id) => shardOf(id, 1000))).toEqual([
      703, 876, 568, 300,
    ]);
  });

  it.each([2, 3, 4, 7, 16])("spreads device-1 to device-10000 evenly over %d", (count) => {
    const ids = Array.from({ length: 10_000 }, (_, i) => `device-${i + 1}`);
    const even = ids.length / count;
    // Permitted deviation from equal sizes: six standard deviations of a purely random
    // distribution.
    const slack = 6 * Math.sqrt(even);
    for (const size of spread(ids, count)) expect(Math.abs(size - even)).toBeLessThan(slack);
  });

  it("leaves none of three shards empty with nine devices", () => {
    const ids = Array.from({ length: 9 }, (_, i) => `device-${i + 1}`);
    expect(Math.min(...spread(ids, 3))).toBeGreaterThan(0);
  });
});

describe("devices in groups", () => {
  it("have the shard of their group, and groups that share a device have one shard", () => {
    const keys = shardKeys([
      group("hall", ["s1", "s2"], ["l1"]),
      group("yard", ["s3"], ["l2"]),
      group("arena", ["s4"], ["l1"]),
      group("bridge", ["s3", "s4"], ["l3"]),
    ]);
    expect(new Set(keys.values())).toEqual(new Set(["arena"]));
    expect([...keys.keys()].sort()).toEqual(["l1", "l2", "l3", "s1", "s2", "s3", "s4"]);
  });

  it("have the same shard whatever the order in the configuration", () => {
    const groups = [
      group("b", ["s1"], ["l1"]),
      group("a", ["s2"], ["l2"]),
      group("c", ["s1"], ["l2"]),
      group("d", ["s9"], ["l9"]),
    ];
    const forth = shardKeys(groups);
    const back = shardKeys([...groups].reverse());
    expect([...forth].sort()).toEqual([...back].sort());
    expect(forth.get("l9")).toBe("d");
  });
});

describe("the decider of a shard", () => {
  it("is its own server, or the next present one in a circle", () => {
    const owners = [1, 2, 3, 4].map((index) => new Owners({ index, count: 4 }, []));
    const decided = (living: number[]) =>
      owners.map((owner) => {
        owner.update((index) => living.includes(index));
        return owner.indices;
      });
    expect(decided([1, 2, 3, 4])).toEqual([[1], [2], [3], [4]]);
    expect(decided([1, 2, 4])[3]).toEqual([3, 4]);
    expect(decided([2, 3])[1]).toEqual([1, 2, 4]);
    expect(decided([])[2]).toEqual([1, 2, 3, 4]);
  });

  it("reports which shards are newly its own", () => {
    const owner = new Owners({ index: 1, count: 3 }, []);
    expect(owner.update(() => true)).toEqual([1]);
    expect(owner.update((index) => index !== 3)).toEqual([3]);
    expect(owner.update((index) => index !== 3)).toEqual([]);
    expect(owner.update(() => true)).toEqual([]);
    expect(owner.indices).toEqual([1]);
  });

  it("takes a shard once no other server decides it, and keeps it", () => {
    const owner = new Owners({ index: 1, count: 2 }, []);
    const claimed = (indices: number[]) => (index: number) => indices.includes(index);
    expect(owner.update(() => false, true, claimed([1]))).toEqual([2]);
    expect(owner.update(() => false, true, claimed([]))).toEqual([1]);
    expect(owner.update(() => false, true, claimed([1, 2]))).toEqual([]);
    expect(owner.indices).toEqual([1, 2]);
  });

  it("is another server while the others do not count on the shard's own", () => {
    const [first, second] = [1, 2].map((index) => new Owners({ index, count: 2 }, []));
    expect(first?.indices).toEqual([]);
    for (const isPresent of [false, true, false]) {
      first?.update(() => true, isPresent);
      second?.update(() => isPresent);
      expect(first?.indices).toEqual(isPresent ? [1] : []);
      expect(second?.indices).toEqual(isPresent ? [2] : [1, 2]);
    }
  });
});

describe("the devices of a group", () => {
  it("have one server that decides for them", () => {
    const groups = [group("hall", ["a", "b"], ["c"])];
    const all = [1, 2, 3].map((index) => new Owners({ index, count: 3 }, groups));
    for (const owners of all) owners.update(() => true);
    for (const id of ["a", "b", "c"]) {
      expect(all.map((owners) => owners.decides(id))).toEqual(
        all.map((owners) => owners.decides("a")),
      );
      expect(all.every((owners) => owners.isInGroup(id))).toBe(true);
    }
    expect(all.filter((owners) => owners.decides("a"))).toHaveLength(1);
    expect(all[0]?.isInGroup("d")).toBe(false);
  });
});
