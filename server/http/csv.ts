import type { Row } from "../history/row";

/** The history as a table for a spreadsheet (RFC 4180, without quotes: there are numbers only). */

/** @param fields of the rule, each of which has a column */
export function csvHeader(fields: string[]): string {
  return line(["time", ...fields.map(quoted), "led_on"]);
}

export function csvLine({ atMs, values, ledOn }: Row, fields: string[]): string {
  const led = ledOn === null ? "" : String(ledOn);
  return line([new Date(atMs).toISOString(), ...fields.map((field) => number(values[field])), led]);
}

/** A device id as a part of a file's name, on whatever system that file ends up. */
export function fileName(id: string): string {
  const plain = id.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
  return `${plain.slice(0, 60) || "device"}.csv`;
}

function line(cells: string[]): string {
  return `${cells.join(",")}\r\n`;
}

function number(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

/** A field's name is the configuration's, and may hold anything. */
function quoted(field: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) ? field : `"${field.replaceAll('"', '""')}"`;
}
