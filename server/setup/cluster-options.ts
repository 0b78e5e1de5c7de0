import { UserError } from "../base/user-error";

/** One of the `count` parts that the devices are divided into; `index` is 1..count. */
export interface Shard {
  index: number;
  count: number;
}

export const CLUSTER_HELP =
  "  --shard I/N       decide only for shard I of N of the devices, see docs/scale.md";

export const CLUSTER_FLAGS = { shard: { type: "string" } } as const;

export interface ClusterValues {
  shard?: string;
  "no-decide"?: boolean;
}

export const MAX_SHARDS = 64;

/**
 * Parses --shard; undefined if it is not given.
 * @throws UserError "expected X, got Y" with the option's name
 */
export function parseShard({ shard, "no-decide": watches }: ClusterValues): Shard | undefined {
  if (shard === undefined) return undefined;
  if (watches) throw new UserError("--shard: cannot be combined with --no-decide");
  const [, index = NaN, count = NaN] = (/^(\d{1,3})\/(\d{1,3})$/.exec(shard) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= MAX_SHARDS) return { index, count };
  throw new UserError(
    `--shard: expected I/N, such as 1/3, with N up to ${MAX_SHARDS} and I from 1 to N, got "${shard}"`,
  );
}
