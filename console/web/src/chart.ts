// Panels drawn with uPlot, in UTC, as wide as the page.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { element } from "./element";
import type { Panel } from "./panels";

const height = 200;

export class Charts {
  private plots: uPlot[] = [];
  private shown: Panel[] = [];

  constructor(private readonly place: HTMLElement) {
    new ResizeObserver(() => this.resize()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show(this.shown));
  }

  show(panels: Panel[]): void {
    for (const p of this.plots) p.destroy();
    this.plots = [];
    this.shown = panels;
    this.place.hidden = panels.length === 0;
    this.place.replaceChildren(...panels.map((p) => this.panel(p)));
    this.resize();
  }

  private panel(p: Panel): HTMLElement {
    const caption = element("figcaption", "", p.title);
    if (p.hidden > 0) caption.append(element("span", "hidden-lines", `${p.lines.length} of ${p.lines.length + p.hidden} lines`));
    const figure = element("figure", "", caption);
    const data: uPlot.AlignedData = [p.x, ...p.lines.map((l) => l.values)];
    this.plots.push(new uPlot(options(p, this.width()), data, figure));
    return figure;
  }

  private resize(): void {
    for (const p of this.plots) p.setSize({ width: this.width(), height });
  }

  private width(): number {
    return Math.max(240, this.place.clientWidth - 2);
  }
}

// Labels of the time axis, from years down to milliseconds: the smallest step, what
// every label says, and what is added where the day or the year changes.
const day = "\n{YYYY}-{MM}-{DD}";
const year = "\n{YYYY}";
const timeLabels = [
  [365 * 86400, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * 86400, "{MMM}", year, null, null, null, null, null, 1],
  [86400, "{MM}-{DD}", year, null, null, null, null, null, 1],
  [60, "{HH}:{mm}", day, null, day, null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", day, null, day, null, null, null, 1],
  [0.001, "{ss}.{fff}", day, null, day, null, "\n{HH}:{mm}", null, 1],
] as unknown as uPlot.Axis.Values;

function options(p: Panel, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return {
    width,
    height,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { points: { size: 6 }, drag: { x: true, y: false }, dataIdx: nearestPoint },
    legend: { live: true },
    axes: [
      { ...axis, values: timeLabels, space: 70 },
      { ...axis, size: labelRoom, values: (_, ticks) => ticks.map((v) => plain(v)) },
    ],
    series: [
      { label: "UTC", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}" },
      ...p.lines.map((l, i): uPlot.Series => ({
        label: l.label,
        stroke: colour(`--line-${i + 1}`),
        width: 2,
        spanGaps: true,
        points: { show: p.x.length <= 60, size: 5 },
        value: (_, v) => (v === null ? "–" : plain(v)),
      })),
    ],
  };
}

// nearestPoint lets every line show its own point next to the cursor, because
// lines seldom have points at the same instants.
function nearestPoint(plot: uPlot, line: number, at: number): number {
  const values = plot.data[line];
  if (line === 0 || !values || values[at] !== null) return at;
  for (let d = 1; d < values.length; d++) {
    if (at - d >= 0 && values[at - d] !== null) return at - d;
    if (at + d < values.length && values[at + d] !== null) return at + d;
  }
  return at;
}

// labelRoom is the width that the labels of the value axis need.
function labelRoom(_: uPlot, labels: string[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((l) => l.length));
  return Math.max(44, 22 + 7 * longest);
}

const plainFormat = new Intl.NumberFormat("en", { maximumSignificantDigits: 6, useGrouping: false });

function plain(v: number): string {
  return Math.abs(v) >= 1e9 ? v.toExponential(3) : plainFormat.format(v);
}
