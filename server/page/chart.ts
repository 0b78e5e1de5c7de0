import uPlot from "uplot";
import { LIGHT_MAX } from "../../src/wire";
import type { ServerRule } from "../rule-config";
import { drawLedSpans, drawThreshold, fillBelow, readPalette, type Palette } from "./chart-drawing";
import { ChartLegend } from "./chart-legend";
import { linesOf, valuesOf, type Line, type Values } from "./chart-lines";
import { isLightLevel, valueRange } from "./chart-range";
import { byId, setAttribute } from "./dom";
import { HISTORY_MS } from "./history";
import type { Device } from "./model";
import { clockWords } from "./words";

/** A fresh history does not start as a dot at the right edge. */
const SHORTEST_MS = 60_000;
const LIGHT_MARKS = [0, 250, 500, 750, 1000];
const STEPS_MS = [10_000, 15_000, 30_000, 60_000, 120_000, 300_000];
const FASTEST_MS = 50;
const SLOWEST_MS = 1_000;

export interface ChartContent {
  device: Device;
  rule: ServerRule;
  /** The server's time, at the right edge. */
  nowMs: number;
}

/** What was measured over the last minutes, with the threshold and the times that it was on. */
export class Chart {
  private readonly element = byId("chart", HTMLElement);
  private readonly legend = new ChartLegend();
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private palette: Palette = readPalette(this.element);
  private content: ChartContent | undefined;
  private lines: Line[] = [];
  private range: [number, number] = [0, LIGHT_MAX];
  private plot: uPlot | undefined;

  constructor() {
    new ResizeObserver(() => this.resize()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.palette = readPalette(this.element);
      this.plot?.redraw();
    });
  }

  /** How long until the picture has moved by one pixel: drawing more often shows nothing more. */
  get frameMs(): number {
    if (!this.content || !this.plot || this.calm.matches) return SLOWEST_MS;
    const pixelMs = spanMs(this.content) / Math.max(1, this.plot.bbox.width / uPlot.pxRatio);
    return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, pixelMs));
  }

  show(content: ChartContent): void {
    const isOther = content.rule !== this.content?.rule;
    this.content = content;
    // Each snapshot brings a rule, which may be another.
    if (isOther || !this.plot) this.rebuild(content.rule);
    const { view, history } = content.device;
    const times = [...history.timesMs];
    const values = valuesOf(content.rule, history);
    this.range = valueRange(content.rule, values);
    const described = describe(content, this.lines, values);
    // The last reading holds until there is another, or until the device falls silent.
    if (view.online && values.some((line) => line.at(-1) != null)) {
      times.push(Math.max(content.nowMs, times.at(-1) ?? 0));
      for (const line of values) line.push(line.at(-1) ?? null);
    }
    this.plot?.setData([times, ...values]);
    setAttribute(this.element, "aria-label", described);
  }

  private rebuild(rule: ServerRule): void {
    this.plot?.destroy();
    this.palette = readPalette(this.element);
    this.lines = linesOf(rule);
    this.range = valueRange(rule, []);
    this.legend.show(rule, this.lines);
    const data: uPlot.AlignedData = [[], ...this.lines.map(() => [])];
    this.plot = new uPlot(this.options(rule), data, this.element);
    this.resize();
  }

  private options(rule: ServerRule): uPlot.Options {
    const axis = {
      stroke: () => this.palette.muted,
      grid: { stroke: () => this.palette.grid, width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(this.element).fontFamily}`,
    };
    return {
      width: 320,
      height: 200,
      ms: 1,
      padding: [12, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      scales: {
        x: { range: () => this.timeRange() },
        y: { range: () => this.range },
      },
      series: [{}, ...this.lines.map((line) => this.seriesOf(line))],
      axes: [
        {
          ...axis,
          size: 28,
          space: 64,
          incrs: STEPS_MS,
          values: (plot, splits, _axis, _space, stepMs) =>
            splits.map((atMs) => {
              // Under the right edge a time would be cut off.
              if (plot.valToPos(atMs, "x") > plot.width - plot.bbox.left / uPlot.pxRatio - 24)
                return "";
              return clockWords(atMs).slice(0, stepMs < 60_000 ? 8 : 5);
            }),
        },
        {
          ...axis,
          size: 42,
          ...(isLightLevel(rule) && { splits: LIGHT_MARKS }),
          values: (_, splits) => splits.map((value) => String(Number(value.toPrecision(6)))),
        },
      ],
      hooks: {
        drawClear: [
          (plot) => {
            if (this.content) drawLedSpans(plot, this.palette, this.content);
          },
        ],
        draw: [
          (plot) => {
            if (this.content) drawThreshold(plot, this.palette, this.content.rule);
          },
        ],
        setCursor: [(plot) => this.showCursor(plot)],
      },
    };
  }

  private seriesOf({ colour, dash, width }: Line): uPlot.Series {
    return {
      stroke: () => this.palette.line(colour),
      width,
      dash,
      // Under several lines the fills would hide each other.
      ...(this.lines.length === 1 && { fill: (plot) => fillBelow(plot, this.palette) }),
      paths: uPlot.paths.stepped?.({ align: 1 }),
      points: { show: false },
    };
  }

  private timeRange(): [number, number] {
    if (!this.content) return [0, SHORTEST_MS];
    const { nowMs } = this.content;
    return [nowMs - spanMs(this.content), nowMs];
  }

  private showCursor(plot: uPlot): void {
    const { idx } = plot.cursor;
    const [times, ...values] = plot.data;
    const atMs = idx == null ? undefined : times[idx];
    if (idx == null || atMs === undefined || values.every((line) => line[idx] == null)) {
      this.legend.point("");
      return;
    }
    const words = this.lines.map(({ label, words }, i) => {
      const value = values[i]?.[idx];
      const said = value == null ? "–" : words(value);
      return this.lines.length > 1 ? `${label.replace(/,.*/, "")} ${said}` : said;
    });
    this.legend.point([clockWords(atMs), ...words].join(" · "));
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width && height) this.plot?.setSize({ width, height });
  }
}

function spanMs({ device, nowMs }: ChartContent): number {
  const oldestMs = device.history.oldestMs ?? nowMs;
  return Math.min(HISTORY_MS, Math.max(SHORTEST_MS, nowMs - oldestMs));
}

function describe(content: ChartContent, lines: Line[], values: Values[]): string {
  const minutes = Math.max(1, Math.round(spanMs(content) / 60_000));
  const span = minutes === 1 ? "minute" : `${minutes} minutes`;
  const ranges = lines.map((line, i) => rangeWords(line, values[i] ?? []));
  const [only, ...others] = lines;
  const said =
    only && others.length === 0
      ? `${only.label} over the last ${span}: ${ranges.join()}.`
      : `Over the last ${span}: ${lines.map(({ label }, i) => `${label}: ${ranges[i] ?? ""}`).join("; ")}.`;
  return `${said} The threshold is ${content.rule.value}.`;
}

function rangeWords({ words }: Line, values: Values): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "no reading";
  return `between ${words(Math.min(...known))} and ${words(Math.max(...known))}`;
}
