import type { DeviceRow, Row } from "./row";
import { decodeValues, encodeValues, type StoredValues } from "./value";

/**
 * Rows as they are passed to the history's thread: one array per column. Data for a thread is
 * copied, and copying a thousand nested objects takes four times as long as copying these arrays.
 */
export interface Columns {
  ids: string[];
  atMs: Float64Array;
  values: StoredValues[];
  ledOn: Row["ledOn"][];
}

export function columnsOf(rows: readonly DeviceRow[]): Columns {
  return {
    ids: rows.map(({ id }) => id),
    atMs: Float64Array.from(rows, ({ atMs }) => atMs),
    values: rows.map(({ values }) => encodeValues(values)),
    ledOn: rows.map(({ ledOn }) => ledOn),
  };
}

export function rowsOf({ ids, atMs, values, ledOn }: Columns): DeviceRow[] {
  return ids.map((id, i) => ({
    id,
    atMs: atMs[i] as number,
    values: decodeValues(values[i]),
    ledOn: ledOn[i] ?? null,
  }));
}
