import type { Row } from "../history/index";

/** The history as CSV (RFC 4180). Values need no quotes, because they are numbers. */

/**
 * Returns the header line.
 * @param fields the rule's fields, one column each
 */
export function csvHeader(fields: string[]): string {
  return line(["time", ...fields.map(quoted), "led_on"]);
}

export function csvLine({ atMs, values, ledOn }: Row, fields: string[]): string {
  const led = ledOn === null ? "" : String(ledOn);
  return line([new Date(atMs).toISOString(), ...fields.map((field) => number(values[field])), led]);
}

/** Returns a file name for a device id that is valid on every operating system. */
export function csvFileName(id: string): string {
  const plain = id.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
  return `${plain.slice(0, 60) || "device"}.csv`;
}

function line(cells: string[]): string {
  return `${cells.join(",")}\r\n`;
}

function number(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

/** Quotes a field name if needed: it comes from the configuration and may contain any character. */
function quoted(field: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) ? field : `"${field.replaceAll('"', '""')}"`;
}
