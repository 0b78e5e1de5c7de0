import type { TelemetryView } from "../../src/common/api";
import type { ServerRule } from "../../src/common/server-rule";
import { type ChartData, pastData } from "./chart-data";
import { CHART_SPANS, type ChartSpan, LIVE } from "./chart-spans";
import { byId, setText } from "./dom";
import { loadTelemetry, tablePath } from "./requests";
import { sentence } from "./rule-words";

/** Number of points to request, about the chart's width in pixels. */
const POINTS = 800;
/** Delay before a failed request is repeated, ms. */
const RETRY_MS = 5_000;

interface Loaded {
  id: string;
  span: ChartSpan;
  view: TelemetryView;
}

/** The choice of the chart's time span, and the server's data for it. */
export class ChartPast {
  span = LIVE;
  private readonly choice = byId("spans", HTMLFieldSetElement);
  private readonly note = byId("chart-note", HTMLElement);
  private readonly download = byId("download", HTMLAnchorElement);
  private loaded: Loaded | undefined;
  private drawn: { of: Loaded; rule: ServerRule; data: ChartData } | undefined;
  private request: { id: string; span: ChartSpan } | undefined;
  private nextMs = 0;

  constructor(onChoice: () => void) {
    this.choice.addEventListener("change", ({ target }) => {
      if (!(target instanceof HTMLInputElement)) return;
      this.span = CHART_SPANS.find(({ name }) => name === target.value) ?? LIVE;
      onChoice();
    });
  }

  /**
   * Loads data that is missing or out of date.
   * @returns the data to draw, or undefined until it has been loaded
   */
  show(id: string, rule: ServerRule, nowMs: number, connected: boolean): ChartData | undefined {
    this.download.href = tablePath(id, nowMs - this.span.ms);
    const isAsked = this.request?.id === id && this.request.span === this.span;
    if (connected && (!isAsked || nowMs >= this.nextMs)) void this.load(id, nowMs);
    const { loaded } = this;
    if (loaded?.id !== id || loaded.span !== this.span) return undefined;
    if (this.drawn?.of !== loaded || this.drawn.rule !== rule)
      this.drawn = { of: loaded, rule, data: pastData(rule, loaded.view, loaded.span.ms) };
    return this.drawn.data;
  }

  /** Switches to the live chart, and ignores answers that are still pending. */
  showLive(id: string, nowMs: number): void {
    this.download.href = tablePath(id, nowMs - this.span.ms);
    this.request = undefined;
    this.loaded = undefined;
    setText(this.note, "");
  }

  private async load(id: string, nowMs: number): Promise<void> {
    const { span } = this;
    const request = { id, span };
    this.request = request;
    this.nextMs = nowMs + span.refreshMs;
    if (this.loaded?.id !== id || this.loaded.span !== span)
      setText(this.note, `Loading ${span.words}…`);
    try {
      const view = await loadTelemetry(id, nowMs - span.ms, POINTS);
      if (this.request !== request) return;
      this.loaded = { id, span, view };
      const isEmpty = view.points.every(({ readings }) => readings === 0);
      setText(this.note, isEmpty ? `No readings in ${span.words}.` : "");
    } catch (error) {
      if (this.request !== request) return;
      this.nextMs = Math.min(this.nextMs, nowMs + RETRY_MS);
      setText(
        this.note,
        sentence(`${(error as Error).message}: ${span.words} can't be shown now.`),
      );
    }
  }
}
