/** `npm run bench`: compares this project's MQTT client and server with alternatives. */
import { readdirSync } from "node:fs";
import { writeFirmwareConfig } from "../../boards/tools/firmware/configure";
import { loadConfig } from "../../server/setup/config";
import type { Bench, Measurement } from "./measurement";

const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".bench.ts"))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !files.some((file) => file.startsWith(name)));
if (unknown !== undefined) {
  const names = files.map((file) => file.replace(".bench.ts", "")).join(", ");
  console.error(`nightlight: bench: expected one of ${names}, got "${unknown}"`);
  process.exit(1);
}
writeFirmwareConfig(loadConfig());
const rows: Measurement[] = [];
for (const file of files) {
  if (wanted.length && !wanted.some((name) => file.startsWith(name))) continue;
  console.error(`${file} ...`);
  const { default: bench } = (await import(`./${file}`)) as { default: Bench };
  const found = await bench();
  if (typeof found === "string") console.log(`\n${found}`);
  else rows.push(...found);
}
if (!rows.length) process.exit();

const shown = (value: number | undefined) =>
  value === undefined ? "-" : value >= 100 ? String(Math.round(value)) : String(+value.toFixed(2));
const table = [
  ["", "this client", "built-in", "", "expected", ""],
  ...rows.map(({ name, ours, builtin, unit, expected }) => [
    name,
    shown(ours),
    shown(builtin),
    unit,
    expected?.text ?? "",
    expected ? (expected.reached ? "reached" : "NOT REACHED") : "",
  ]),
];
const widths =
  table[0]?.map((_, i) => Math.max(...table.map((row) => (row[i] ?? "").length))) ?? [];
for (const row of table)
  console.log(
    row
      .map((cell, i) =>
        i === 1 || i === 2 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
for (const { name, note } of rows) if (note) console.log(`\n${name}: ${note}`);
process.exit();
