import uPlot from "uplot";
import type { ServerRule } from "../../src/common/server-rule";
import type { ChartData } from "./chart-data";
import { shortSideWords } from "./rule-words";

/** Draws on the chart's canvas what uPlot does not draw. */

export interface Palette {
  muted: string;
  grid: string;
  /** Returns the colour of a line by its name in the style sheet. */
  line: (name: string) => string;
  fillTop: string;
  fillBottom: string;
  threshold: string;
  surface: string;
  led: string;
  ledEdge: string;
}

/**
 * Returns the colours that the style sheet sets for the chart in the current dark or light mode.
 */
export function readPalette(chart: HTMLElement): Palette {
  const style = getComputedStyle(chart);
  const colours = new Map<string, string>();
  const colour = (name: string) => {
    const known = colours.get(name) ?? style.getPropertyValue(`--${name}`).trim();
    colours.set(name, known);
    return known;
  };
  return {
    muted: colour("muted"),
    grid: colour("chart-grid"),
    line: colour,
    fillTop: colour("chart-fill-top"),
    fillBottom: colour("chart-fill-bottom"),
    threshold: colour("chart-threshold"),
    surface: colour("surface"),
    led: colour("chart-led"),
    ledEdge: colour("chart-led-edge"),
  };
}

export function fillBelow(plot: uPlot, palette: Palette): CanvasGradient | string {
  const { top, height } = plot.bbox;
  // Before the first layout uPlot has no size, and a canvas accepts only finite numbers.
  if (!Number.isFinite(top + height)) return palette.fillBottom;
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, palette.fillTop);
  gradient.addColorStop(1, palette.fillBottom);
  return gradient;
}

/**
 * Draws a band behind the line for each span with the LED on. The band's bright lower edge makes it
 * visible without relying on the tint.
 */
export function drawLedSpans(plot: uPlot, palette: Palette, { ledSpans }: ChartData): void {
  const { ctx, bbox } = plot;
  const footPx = 4 * uPlot.pxRatio;
  ctx.save();
  for (const { fromMs, toMs, share } of ledSpans) {
    const left = Math.max(bbox.left, plot.valToPos(fromMs, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(toMs, "x", true));
    if (right <= left) continue;
    // A span with the LED on for a part of it is fainter, but always visible.
    ctx.globalAlpha = Math.max(0.3, share);
    ctx.fillStyle = palette.led;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.fillStyle = palette.ledEdge;
    ctx.fillRect(left, bbox.top + bbox.height - footPx, right - left, footPx);
  }
  ctx.restore();
}

export function drawThreshold(plot: uPlot, palette: Palette, rule: ServerRule): void {
  const { ctx, bbox } = plot;
  const px = uPlot.pxRatio;
  const y = Math.round(plot.valToPos(rule.value, "y", true));
  ctx.save();
  ctx.strokeStyle = palette.threshold;
  ctx.lineWidth = 1.5 * px;
  ctx.setLineDash([6 * px, 5 * px]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);

  const label = `${shortSideWords(rule, true)} ${rule.comparison} ${rule.value}`;
  ctx.font = `600 ${11 * px}px ${getComputedStyle(plot.root).fontFamily}`;
  ctx.textAlign = "left";
  // The label is on the side on which the rule switches on, if there is room.
  const roomPx = 22 * px;
  const isBelow =
    rule.comparison === "below" ? bbox.top + bbox.height - y > roomPx : y - bbox.top < roomPx;
  ctx.textBaseline = isBelow ? "top" : "bottom";
  const x = bbox.left + 8 * px;
  const textY = y + (isBelow ? 5 : -5) * px;
  // An outline in the background colour keeps the label readable over the line and the bands.
  ctx.lineWidth = 4 * px;
  ctx.lineJoin = "round";
  ctx.strokeStyle = palette.surface;
  ctx.strokeText(label, x, textY);
  ctx.fillStyle = palette.threshold;
  ctx.fillText(label, x, textY);
  ctx.restore();
}
