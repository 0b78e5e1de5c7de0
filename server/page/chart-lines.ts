import { combine, fieldsOf, type ServerRule } from "../../src/common/server-rule";
import { combineWords, fieldValueWords, fieldWords, sentence, valueWords } from "./rule-words";

/** The lines of a rule's chart, which differ in dash and colour. Pure. */

export interface ChartLine {
  label: string;
  /** The colour's name in the style sheet. */
  colour: string;
  dash: number[];
  width: number;
  words: (value: number) => string;
}

export type Values = (number | null)[];

const COLOURS = 6;
const DASHES = [[], [9, 4], [2, 3], [9, 3, 2, 3], [5, 2], [16, 4]];

/** Returns one line for each field and, if there are several, one for the combined value. */
export function linesOf(rule: ServerRule): ChartLine[] {
  const fields = fieldsOf(rule);
  const words = (field: string) => (value: number) => fieldValueWords(field, value);
  const [only, ...others] = fields;
  if (only !== undefined && others.length === 0)
    return [
      { label: fieldTitle(only), colour: "chart-line", dash: [], width: 2, words: words(only) },
    ];
  const lines = fields.map((field, i) => ({
    label: fieldTitle(field),
    colour: `series-${(i % COLOURS) + 1}`,
    // When the colours repeat, lines of one colour differ in their dashes.
    dash: DASHES[(i + Math.floor(i / COLOURS)) % DASHES.length] ?? [],
    width: 1.75,
    words: words(field),
  }));
  const label = `${sentence(combineWords(rule))}, which decides`;
  const both = { label, colour: "text", dash: [], width: 3 };
  return [...lines, { ...both, words: (value: number) => valueWords(rule, value) }];
}

/** Returns the values of each line, in the order of `linesOf`, from the values of each field. */
export function valuesOf(rule: ServerRule, values: Values[]): Values[] {
  const [first] = values;
  if (!first || values.length < 2) return values.map((line) => [...line]);
  const both = first.map((_, i) => {
    const those = values.map((line) => line[i]).filter((value) => value != null);
    return those.length === values.length ? combine(rule.combine, those) : null;
  });
  return [...values.map((line) => [...line]), both];
}

export function fieldTitle(field: string): string {
  return field === "light" ? "Light level" : sentence(fieldWords(field));
}
