import type { LineChart, Point } from './line-chart.js';
import { labelOf } from './figure-tables.js';
import type { PicturePoint, RunPicture } from './picture/run-picture.js';

/** What all charts over time of a page share. */
export type Frame = Required<Pick<LineChart, 'xMax' | 'marks' | 'zones'>>;

export function frameOf(pictures: readonly RunPicture[]): Frame {
  const several = pictures.length > 1;
  const xMax = Math.max(0, ...pictures.map(({ seconds }) => seconds));
  const said = (picture: RunPicture, label: string) => (several ? `${labelOf(picture)}: ${label}` : label);
  const marks = pictures
    .flatMap((picture) =>
      picture.annotations.map(({ atMs, label }) => ({
        x: (atMs - picture.startMs) / 1000,
        label: said(picture, label),
      })),
    )
    .filter(({ x }) => x >= 0 && x <= xMax)
    .toSorted((one, other) => one.x - other.x);
  const zones = pictures.flatMap((picture) =>
    picture.gaps.map(({ fromS, toS, who }) => ({
      from: fromS,
      to: Math.min(toS, xMax),
      label: said(picture, `${who} reported nothing`),
      isGap: true,
    })),
  );
  return { xMax, marks, zones: zones.filter(({ from, to }) => to > from) };
}

/** A line over a run's time, broken where nothing reported. */
export function pointsOf(picture: RunPicture, value: (point: PicturePoint) => number | null): Point[] {
  const points: Point[] = [];
  let last: number | undefined;
  for (const point of picture.points) {
    if (last !== undefined && point.slot > last + 1) points.push([point.atS, null]);
    last = point.slot;
    // The middle of a last stretch that is not whole lies beyond the end.
    points.push([Math.min(point.atS, Math.max(picture.seconds, 0)), value(point)]);
  }
  return points;
}

/** True when any point has a value that is not 0. */
export const isSeen = (points: readonly Point[]): boolean => points.some(([, y]) => y !== null && y > 0);
