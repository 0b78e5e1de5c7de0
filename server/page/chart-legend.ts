import type { ServerRule } from "../../src/common/server-rule";
import type { ChartLine } from "./chart-lines";
import { byId, setText, textElement } from "./dom";
import { combineWords, commandWords, sentence } from "./rule-words";

const SVG = "http://www.w3.org/2000/svg";

/** Explains the chart's lines and bands, and shows the values under the pointer. */
export class ChartLegend {
  private readonly lines = byId("line-keys", HTMLElement);
  private readonly threshold = byId("threshold-key", HTMLElement);
  private readonly band = byId("band-key", HTMLElement);
  private readonly cursor = byId("cursor", HTMLElement);

  show(rule: ServerRule, lines: ChartLine[]): void {
    this.lines.replaceChildren(...lines.map(key));
    const whose = lines.length > 1 ? ` for the ${combineWords(rule)}` : "";
    setText(this.threshold, `Threshold ${rule.value}${whose}`);
    setText(this.band, sentence(commandWords(rule.on)));
    setText(this.cursor, "");
  }

  point(words: string): void {
    setText(this.cursor, words);
  }
}

function key({ label, colour, dash, width }: ChartLine): HTMLElement {
  const element = textElement("span", "key");
  const sample = document.createElementNS(SVG, "svg");
  sample.setAttribute("class", "sample");
  sample.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ x1: 0, x2: 32, y1: 5, y2: 5 }))
    line.setAttribute(name, String(value));
  line.style.stroke = `var(--${colour})`;
  line.style.strokeWidth = String(width);
  line.style.strokeDasharray = dash.join(" ");
  sample.append(line);
  element.append(sample, label);
  return element;
}
