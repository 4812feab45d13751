// A day's figures side by side, as plain SVG: bars of one series, or lines of some; each day says its figures when pointed at.
import type { ReactNode } from "react";

import { topOf, type Kind, valueText } from "./figures";

export interface Series {
  name: string;
  /** The style's class, which colours it. */
  look: "share" | "median" | "p90" | "overdue";
  values: readonly (number | null)[];
}

interface Props {
  title: string;
  testid: string;
  kind: Kind;
  form: "bars" | "lines";
  /** "2026-11-16" */
  days: readonly string[];
  series: readonly Series[];
  /** What a day says that has no figure. */
  nothing: string;
}

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [360, 170, 40, 8, 20];
const PLOT = { width: WIDTH - LEFT - 4, height: HEIGHT - TOP - BOTTOM };
/** Days are written as far apart as this, px, at least. */
const LABEL_PX = 22;

export function Chart({ title, testid, kind, form, days, series, nothing }: Props) {
  const most = kind === "share" ? 1 : topOf(series.flatMap((one) => one.values));
  const step = PLOT.width / days.length;
  const every = Math.ceil(LABEL_PX / step);
  const xOf = (at: number): number => LEFT + (at + 0.5) * step;
  const yOf = (value: number): number => TOP + PLOT.height * (1 - value / most);
  return (
    <figure className="evaluation-chart" data-testid={testid}>
      <figcaption>
        {title}
        {series.length > 1 && series.map((one) => <Legend key={one.look} series={one} />)}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line className="grid" x1={LEFT} x2={WIDTH - 4} y1={yOf(most * part)} y2={yOf(most * part)} />
            <text className="axis" x={LEFT - 6} y={yOf(most * part) + 4} textAnchor="end">
              {kind === "share" ? `${part * 100}%` : most * part}
            </text>
          </g>
        ))}
        {series.map((one) =>
          form === "bars" ? bars(one, step, xOf, yOf) : <Way key={one.look} series={one} xOf={xOf} yOf={yOf} />,
        )}
        {days.map((day, at) => (
          <g key={day}>
            {at % every === 0 && (
              <text className="axis" x={xOf(at)} y={HEIGHT - 6} textAnchor="middle">
                {Number(day.slice(8))}
              </text>
            )}
            <rect className="day" x={LEFT + at * step} y={TOP} width={step} height={PLOT.height}>
              <title>{`${day}\n${told(series, at, kind, nothing)}`}</title>
            </rect>
          </g>
        ))}
      </svg>
    </figure>
  );
}

function told(series: readonly Series[], at: number, kind: Kind, nothing: string): string {
  const known = series.filter((one) => (one.values[at] ?? null) !== null);
  return known.length === 0 ? nothing : known.map((one) => `${one.name} ${valueText(one.values[at] ?? null, kind)}`).join("\n");
}

function Legend({ series }: { series: Series }) {
  return (
    <span className={`legend ${series.look}`}>
      <i />
      {series.name}
    </span>
  );
}

function bars(series: Series, step: number, xOf: (at: number) => number, yOf: (value: number) => number): ReactNode {
  return series.values.map((value, at) =>
    value === null || value === 0 ? null : (
      <rect key={at} className={series.look} x={xOf(at) - step * 0.36} width={step * 0.72} y={yOf(value)} height={yOf(0) - yOf(value)} />
    ),
  );
}

/** A line through the days that have a value, broken where one has none, and a dot on each. */
function Way({ series, xOf, yOf }: { series: Series; xOf: (at: number) => number; yOf: (value: number) => number }) {
  const dots = series.values.map((value, at) => (value === null ? null : { x: xOf(at), y: yOf(value) }));
  const way = dots.map((dot, at) => (dot === null ? "" : `${dots[at - 1] ? "L" : "M"}${dot.x.toFixed(1)} ${dot.y.toFixed(1)}`)).join("");
  return (
    <g className={series.look}>
      <path d={way} />
      {dots.map((dot, at) => dot !== null && <circle key={at} cx={dot.x} cy={dot.y} r={2.2} />)}
    </g>
  );
}
