import { expect, it } from "vitest";
import { columnsOf, rowsOf } from "../../server/history/columns";
import type { DeviceRow } from "../../server/history/row";

const ROWS: DeviceRow[] = [
  { id: "desk-1", atMs: 1_795_000_000_000, values: { light: 652 }, ledOn: null },
  { id: "desk-1", atMs: 1_795_000_000_000, values: {}, ledOn: true },
  { id: "Büro 2", atMs: -0.5, values: { light: 0 }, ledOn: false },
  { id: "stove", atMs: 1, values: { temperature: 18.25 }, ledOn: true },
  { id: "stove", atMs: 2 ** 53, values: { light: 7, temperature: -1e-9 }, ledOn: null },
];

it("every row reaches another thread unchanged", () => {
  expect(rowsOf(structuredClone(columnsOf(ROWS)))).toEqual(ROWS);
});

it("an empty batch is accepted", () => {
  expect(rowsOf(structuredClone(columnsOf([])))).toEqual([]);
});
