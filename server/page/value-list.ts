import { fieldsOf, inputOf, type ServerRule } from "../../src/common/server-rule";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { fieldTitle } from "./chart-lines";
import { byId, setText, textElement } from "./dom";
import { combineWords, fieldValueWords, isNightlight, sentence, valueWords } from "./rule-words";

/** A device's values: the nightlight's light level, or each of the rule's fields. */
export class ValueList {
  private readonly level = byId("light-level", HTMLElement);
  private readonly levelValue = byId("level", HTMLElement);
  private readonly list = byId("values", HTMLElement);
  private entries: { field?: string; value: HTMLElement }[] = [];
  private rule: ServerRule | undefined;

  /** @param measures false for a light without a sensor */
  show(rule: ServerRule, values: Record<string, number>, measures: boolean): void {
    const simple = isNightlight(rule);
    this.level.hidden = !simple || !measures;
    this.list.hidden = simple || !measures;
    if (simple) {
      setText(
        this.levelValue,
        known(values["light"], (light) => fieldValueWords("light", light)),
      );
      return;
    }
    if (rule !== this.rule) this.build(rule);
    for (const { field, value } of this.entries)
      setText(
        value,
        field === undefined
          ? known(inputOf(rule, values), (input) => valueWords(rule, input))
          : known(values[field], (each) => fieldValueWords(field, each)),
      );
  }

  private build(rule: ServerRule): void {
    this.rule = rule;
    this.list.replaceChildren();
    this.entries = [];
    const fields = fieldsOf(rule);
    for (const field of fields)
      this.add(fieldTitle(field), field, field === "light" ? `of ${LIGHT_MAX_RAW}` : "");
    if (fields.length > 1) this.add(`${sentence(combineWords(rule))}, which decides`);
  }

  private add(label: string, field?: string, unit = ""): void {
    const entry = textElement("div", field === undefined ? "combined" : "");
    const value = document.createElement("strong");
    const figure = document.createElement("dd");
    figure.append(value, " ", textElement("span", "muted", unit));
    entry.append(textElement("dt", "label", label), figure);
    this.list.append(entry);
    this.entries.push({ field, value });
  }
}

function known(value: number | undefined, words: (value: number) => string): string {
  return value === undefined || Number.isNaN(value) ? "–" : words(value);
}
