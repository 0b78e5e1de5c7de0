import { idExpected } from "../../src/common/id";
import { UserError } from "../base/user-error";
import type { Config } from "./config";

/** One of `count` parts of the devices; `index` is 1..count. */
export interface Shard {
  index: number;
  count: number;
}

/** How this server is one of several: by a part of the devices, or of the readings. */
export type Membership = { shard: Shard } | { share: string };

export const CLUSTER_HELP = `  --shard I/N       decide for the I-th of N parts of the devices, see docs/scale.md
  --share GROUP     decide a share of all readings; needs a --broker with MQTT 5`;

export const CLUSTER_FLAGS = {
  shard: { type: "string" },
  share: { type: "string" },
} as const;

export interface ClusterValues {
  shard?: string;
  share?: string;
  "no-decide"?: boolean;
}

const MAX_SHARDS = 64;

/** @throws UserError naming the option, what was found and what is allowed */
export function parseMembership(
  { shard, share, "no-decide": watches }: ClusterValues,
  brokerUrl: string | undefined,
  { groups }: Config,
): Membership | undefined {
  for (const [name, value] of Object.entries({ shard, share }))
    if (value !== undefined && watches)
      throw new UserError(`--${name}: not together with --no-decide, which decides nothing`);
  if (shard !== undefined && share !== undefined)
    throw new UserError("--shard: not together with --share: one server is one of either kind");
  if (shard !== undefined) return { shard: parseShard(shard) };
  if (share === undefined) return undefined;
  const error = idExpected(share);
  if (error) throw new UserError(`--share: ${error}`);
  if (brokerUrl === undefined)
    throw new UserError(
      "--share: the embedded broker has no shared subscriptions; use --shard, or a --broker",
    );
  if (groups.length > 0)
    throw new UserError(
      `--share: no server would hear all sensors of group ${groups[0]?.id ?? ""}; use --shard`,
    );
  return { share };
}

function parseShard(text: string): Shard {
  const [, index = NaN, count = NaN] = (/^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= MAX_SHARDS) return { index, count };
  throw new UserError(
    `--shard: found "${text}", allowed is I/N, as 1/3, with N up to ${MAX_SHARDS} and I from 1 to N`,
  );
}
