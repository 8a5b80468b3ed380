import { labelOf } from '../figure-tables.js';
import { colorOf, lineChart } from '../line-chart.js';
import type { OwnFigure } from '../picture/own-figures.js';
import type { RunPicture } from '../picture/run-picture.js';
import { type Frame, isSeen, pointsOf } from '../time-frame.js';

export interface OwnChart {
  title: string;
  unit: string;
  /** Figures that the kind keeps, and their names in the legend. */
  lines: readonly (readonly [OwnFigure, string])[];
  /** True for what is counted: divided by the time in which it was. */
  perSecond?: boolean;
}

/** A chart of what only some kinds keep; empty where none of the runs has it. */
export function ownChart(pictures: readonly RunPicture[], frame: Frame, chart: OwnChart): string {
  const { title, unit, lines: names, perSecond = false } = chart;
  const lines = pictures
    .flatMap((picture) =>
      names.map(([figure, name]) => ({
        name: pictures.length > 1 ? `${labelOf(picture)}: ${name}` : name,
        points: pointsOf(picture, ({ own, lengthS }) => {
          const value = own[figure];
          if (value === undefined || !perSecond) return value ?? null;
          // Where a later look decided otherwise there are fewer than none; an axis begins at 0.
          return lengthS > 0 ? Math.max(0, value) / lengthS : null;
        }),
      })),
    )
    .filter(({ points }) => isSeen(points))
    .map((line, index) => ({ ...line, color: colorOf(index) }));
  return lines.length === 0 ? '' : lineChart({ title, unit, lines, ...frame });
}
