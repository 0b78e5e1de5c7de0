import type { Group } from "../../src/common/groups";

/**
 * The shard of a device. Pure, and simple enough to be implemented in any language: FNV-1a over the
 * id's UTF-8 (http://www.isthe.com/chongo/tech/comp/fnv/), then the finalizer of MurmurHash3
 * (https://github.com/aappleby/smhasher, fmix32), modulo the number of shards.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The 32-bit FNV-1a hash of a text's UTF-8 bytes. */
export function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Ids are nearly always ASCII, for which code units and UTF-8 bytes are the same.
    if (code > 0x7f) return fnv1aOfBytes(Buffer.from(text));
    hash = Math.imul(hash ^ code, FNV_PRIME);
  }
  return hash >>> 0;
}

function fnv1aOfBytes(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/**
 * The finalizer of MurmurHash3. Ids often differ only in their last digit, and FNV hardly spreads
 * the last byte.
 */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** @returns the shard of a key, 1..count */
export function shardOf(key: string, count: number): number {
  return (mix(fnv1a(key)) % count) + 1;
}

/**
 * @returns for each device in a group, the key that is hashed instead of its id. One server decides
 * for a whole group, and for all groups that share a sensor or a light. The key is the first of
 * those groups' ids, in the order of their UTF-16 codes.
 */
export function shardKeys(groups: Group[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { id, members, lights } of groups) {
    const devices = [...members, ...lights];
    const joined = new Set([id]);
    for (const device of devices) joined.add(keys.get(device) ?? id);
    const key = [...joined].sort()[0] ?? id;
    for (const [device, old] of keys) if (joined.has(old)) keys.set(device, key);
    for (const device of devices) keys.set(device, key);
  }
  return keys;
}
