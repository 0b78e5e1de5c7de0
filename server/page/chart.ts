import uPlot from "uplot";
import type { Rule } from "../../src/rule";
import { LIGHT_MAX } from "../../src/wire";
import { drawLedSpans, drawThreshold, fillBelow, readPalette } from "./chart-drawing";
import { byId, setAttribute, setText } from "./dom";
import { HISTORY_MS, type History } from "./history";
import type { Device } from "./model";
import { clockWords } from "./words";

/** A fresh history does not start as a dot at the right edge. */
const SHORTEST_MS = 60_000;
const MARKS = [0, 250, 500, 750, 1000];
const STEPS_MS = [10_000, 15_000, 30_000, 60_000, 120_000, 300_000];
const FASTEST_MS = 50;
const SLOWEST_MS = 1_000;

export interface ChartContent {
  device: Device;
  rule: Rule;
  /** The server's time, at the right edge. */
  nowMs: number;
}

/** The light level over the last minutes, with the threshold and the times of the LED. */
export class Chart {
  private readonly element = byId("chart", HTMLElement);
  private readonly cursor = byId("cursor", HTMLElement);
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private palette = readPalette();
  private content: ChartContent | undefined;
  private readonly plot: uPlot;

  constructor() {
    this.plot = new uPlot(this.options(), [[], []], this.element);
    new ResizeObserver(() => this.resize()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.palette = readPalette();
      this.plot.redraw();
    });
  }

  /** How long until the picture has moved by one pixel: drawing more often shows nothing more. */
  get frameMs(): number {
    if (!this.content || this.calm.matches) return SLOWEST_MS;
    const pixelMs = spanMs(this.content) / Math.max(1, this.plot.bbox.width / uPlot.pxRatio);
    return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, pixelMs));
  }

  show(content: ChartContent): void {
    this.content = content;
    const { view, history } = content.device;
    const times = [...history.timesMs];
    const lights = [...history.lights];
    // The last reading holds until there is another, or until the device falls silent.
    const last = lights.at(-1);
    if (view.online && last != null) {
      times.push(Math.max(content.nowMs, times.at(-1) ?? 0));
      lights.push(last);
    }
    this.plot.setData([times, lights]);
    setAttribute(this.element, "aria-label", describe(content));
  }

  private options(): uPlot.Options {
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
        y: { range: [0, LIGHT_MAX] },
      },
      series: [
        {},
        {
          stroke: () => this.palette.line,
          width: 2,
          fill: (plot) => fillBelow(plot, this.palette),
          paths: uPlot.paths.stepped?.({ align: 1 }),
          points: { show: false },
        },
      ],
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
        { ...axis, size: 42, splits: MARKS, values: (_, splits) => splits.map(String) },
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

  private timeRange(): [number, number] {
    if (!this.content) return [0, SHORTEST_MS];
    const { nowMs } = this.content;
    return [nowMs - spanMs(this.content), nowMs];
  }

  private showCursor(plot: uPlot): void {
    const { idx } = plot.cursor;
    const [times, lights] = plot.data;
    const atMs = idx == null ? undefined : times[idx];
    const light = idx == null ? undefined : lights?.[idx];
    setText(
      this.cursor,
      atMs === undefined || light == null ? "" : `${clockWords(atMs)} · ${Math.round(light)}`,
    );
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width && height) this.plot.setSize({ width, height });
  }
}

function spanMs({ device, nowMs }: ChartContent): number {
  const oldestMs = device.history.timesMs[0] ?? nowMs;
  return Math.min(HISTORY_MS, Math.max(SHORTEST_MS, nowMs - oldestMs));
}

function describe({ device, rule, nowMs }: ChartContent): string {
  const minutes = Math.max(1, Math.round(spanMs({ device, rule, nowMs }) / 60_000));
  const [lowest, highest] = extremes(device.history);
  const range = lowest === undefined ? "no reading" : `between ${lowest} and ${highest}`;
  const span = minutes === 1 ? "minute" : `${minutes} minutes`;
  return `Light level over the last ${span}: ${range}. The threshold is ${rule.value}.`;
}

function extremes(history: History): [number, number] | [] {
  const lights = history.lights.filter((light) => light !== null);
  if (lights.length === 0) return [];
  return [Math.round(Math.min(...lights)), Math.round(Math.max(...lights))];
}
