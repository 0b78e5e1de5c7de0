import uPlot from "uplot";
import type { ServerRule } from "../../src/common/server-rule";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import type { ChartData } from "./chart-data";
import { drawLedSpans, drawThreshold, fillBelow, type Palette, readPalette } from "./chart-drawing";
import { ChartLegend } from "./chart-legend";
import { type ChartLine, linesOf, type Values } from "./chart-lines";
import { isLightLevel, valueRange } from "./chart-range";
import { byId, setAttribute } from "./dom";
import { clockWords, dateWords } from "./words";

const LIGHT_MARKS = [0, 250, 500, 750, 1000];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STEPS_MS = [
  ...[10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2].map((days) => days * DAY_MS),
];
const FASTEST_MS = 50;
const SLOWEST_MS = 1_000;

export interface ChartContent {
  rule: ServerRule;
  data: ChartData;
  /** The span's name in a sentence, for example "the last 5 minutes". */
  spanWords: string;
  /** Whether the chart moves on as time passes. */
  isLive: boolean;
}

/** The chart of the last minutes or days, with the threshold and the spans with the LED on. */
export class Chart {
  private readonly element = byId("chart", HTMLElement);
  private readonly legend = new ChartLegend();
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private palette: Palette = readPalette(this.element);
  private content: ChartContent | undefined;
  private lines: ChartLine[] = [];
  private range: [number, number] = [0, LIGHT_MAX_RAW];
  private hasAround = false;
  private plot: uPlot | undefined;

  constructor() {
    new ResizeObserver(() => this.resize()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.palette = readPalette(this.element);
      this.plot?.redraw();
    });
  }

  /** Time until the chart has moved by one pixel, ms. Drawing more often would show nothing new. */
  get frameMs(): number {
    if (!this.content?.isLive || !this.plot || this.calm.matches) return SLOWEST_MS;
    const pixelMs = spanMs(this.content.data) / Math.max(1, this.plot.bbox.width / uPlot.pxRatio);
    return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, pixelMs));
  }

  show(content: ChartContent): void {
    if (content.data === this.content?.data) return;
    const { rule, data } = content;
    const hasAround = data.around !== undefined;
    const isOther = rule !== this.content?.rule || hasAround !== this.hasAround;
    this.content = content;
    this.hasAround = hasAround;
    // Each snapshot brings a new rule object, which may differ.
    if (isOther || !this.plot) this.rebuild(rule);
    const { low = [], high = [] } = data.around ?? {};
    this.range = valueRange(rule, [...data.lines, ...low, ...high]);
    this.plot?.setData([data.timesMs, ...data.lines, ...low, ...high]);
    setAttribute(this.element, "aria-label", describe(content, this.lines));
  }

  private rebuild(rule: ServerRule): void {
    this.plot?.destroy();
    this.palette = readPalette(this.element);
    this.lines = linesOf(rule);
    this.range = valueRange(rule, []);
    this.legend.show(rule, this.lines);
    const options = this.options(rule);
    const data: uPlot.AlignedData = [[], ...options.series.slice(1).map(() => [])];
    this.plot = new uPlot(options, data, this.element);
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
      series: [{}, ...this.lines.map((line) => this.seriesOf(line)), ...this.edges()],
      bands: this.hasAround ? this.lines.map((line, i) => this.bandOf(line, i)) : [],
      axes: [
        {
          ...axis,
          size: 28,
          space: 64,
          incrs: STEPS_MS,
          values: (plot, splits, _axis, _space, stepMs) =>
            splits.map((atMs) => {
              // A time at the right edge is left out, because it would be cut off.
              if (plot.valToPos(atMs, "x") > plot.width - plot.bbox.left / uPlot.pxRatio - 24)
                return "";
              if (stepMs >= DAY_MS) return dateWords(atMs);
              return clockWords(atMs).slice(0, stepMs < MINUTE_MS ? 8 : 5);
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
            if (this.content) drawLedSpans(plot, this.palette, this.content.data);
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

  private seriesOf({ colour, dash, width }: ChartLine): uPlot.Series {
    return {
      stroke: () => this.palette.line(colour),
      width,
      dash,
      // With several lines, the fills would hide each other.
      ...(this.lines.length === 1 && { fill: (plot) => fillBelow(plot, this.palette) }),
      paths: uPlot.paths.stepped?.({ align: 1 }),
      points: { show: false },
    };
  }

  /**
   * Returns the series of the minimum and maximum of each line. These series are invisible, but the
   * bands between them are drawn.
   */
  private edges(): uPlot.Series[] {
    if (!this.hasAround) return [];
    const edge = { width: 0, paths: uPlot.paths.stepped?.({ align: 1 }), points: { show: false } };
    return [...this.lines, ...this.lines].map(() => edge);
  }

  private bandOf({ colour }: ChartLine, i: number): uPlot.Band {
    const count = this.lines.length;
    return {
      series: [1 + 2 * count + i, 1 + count + i],
      fill: () => translucent(this.palette.line(colour), count > 1 ? 0.14 : 0.3),
    };
  }

  private timeRange(): [number, number] {
    if (!this.content) return [0, MINUTE_MS];
    const { fromMs, toMs } = this.content.data;
    return [fromMs, toMs];
  }

  private showCursor(plot: uPlot): void {
    const { idx } = plot.cursor;
    const [times] = plot.data;
    const atMs = idx == null ? undefined : times[idx];
    const { lines, around } = this.content?.data ?? { lines: [] };
    if (idx == null || atMs === undefined || lines.every((line) => line[idx] == null)) {
      this.legend.point("");
      return;
    }
    const words = this.lines.map(({ label, words }, i) => {
      const value = lines[i]?.[idx];
      const low = around?.low[i]?.[idx];
      const high = around?.high[i]?.[idx];
      let said = value == null ? "–" : words(value);
      if (low != null && high != null && low < high) said += ` (${words(low)} to ${words(high)})`;
      return this.lines.length > 1 ? `${label.replace(/,.*/, "")} ${said}` : said;
    });
    this.legend.point([pointTimeWords(this.content, atMs), ...words].join(" · "));
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width && height) this.plot?.setSize({ width, height });
  }
}

function spanMs({ fromMs, toMs }: ChartData): number {
  return toMs - fromMs;
}

function pointTimeWords(content: ChartContent | undefined, atMs: number): string {
  const isLong = content !== undefined && spanMs(content.data) > DAY_MS;
  return isLong ? `${dateWords(atMs)} ${clockWords(atMs).slice(0, 5)}` : clockWords(atMs);
}

function translucent(colour: string, opacity: number): string {
  return `color-mix(in srgb, ${colour} ${opacity * 100}%, transparent)`;
}

function describe({ rule, data, spanWords }: ChartContent, lines: ChartLine[]): string {
  const { low, high } = data.around ?? { low: data.lines, high: data.lines };
  const ranges = lines.map((line, i) => rangeWords(line, low[i] ?? [], high[i] ?? []));
  const [only, ...others] = lines;
  const said =
    only && others.length === 0
      ? `${only.label} over ${spanWords}: ${ranges.join()}.`
      : `Over ${spanWords}: ${lines.map(({ label }, i) => `${label}: ${ranges[i] ?? ""}`).join("; ")}.`;
  return `${said} The threshold is ${rule.value}.`;
}

function rangeWords({ words }: ChartLine, low: Values, high: Values): string {
  const lowest = low.filter((value) => value !== null);
  const highest = high.filter((value) => value !== null);
  if (lowest.length === 0) return "no reading";
  return `between ${words(Math.min(...lowest))} and ${words(Math.max(...highest))}`;
}
