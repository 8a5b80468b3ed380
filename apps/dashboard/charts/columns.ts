/** What a chart draws: x, and a column for each line; null where nothing was measured. */
export interface Columns {
  x: number[];
  lines: Line[];
}

export interface Line {
  name: string;
  values: (number | null)[];
}

/** A point in time of one line. */
export interface Point {
  x: number;
  value: number | null;
}

/** Lines over the same points of time; a line without a point there has a gap. */
export function alignLines(lines: readonly { name: string; points: readonly Point[] }[]): Columns {
  const x = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].toSorted((a, b) => a - b);
  const places = new Map(x.map((value, index) => [value, index]));
  return {
    x,
    lines: lines.map(({ name, points }) => {
      const values = Array.from<number | null>({ length: x.length }).fill(null);
      for (const point of points) values[places.get(point.x) ?? 0] = point.value;
      return { name, values };
    }),
  };
}
