import { MAX_WATCHED } from "../../src/common/api";
import { type Parsed, parseJsonObject } from "../../src/common/wire";
import type { WatchFilter } from "./event-stream";

/** Parses a `WatchRequest` from a reader of the live stream. */
export function parseWatch(text: string): Parsed<{ watched: WatchFilter }> {
  const { value, error } = parseJsonObject(text);
  if (!value) return { error };
  const { watch } = value;
  if (watch === null) return { value: { watched: undefined } };
  const isList = Array.isArray(watch) && watch.every((id) => typeof id === "string");
  if (!isList || watch.length > MAX_WATCHED)
    return { error: `watch: expected null or at most ${MAX_WATCHED} ids` };
  return { value: { watched: new Set(watch) } };
}
