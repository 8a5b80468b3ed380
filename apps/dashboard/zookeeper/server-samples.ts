import { alignLines, type Columns, type Point } from '../charts/columns.js';

/** Rows of a CSV file with quotes where a field needs them. The last line may be cut off, as the file still grows. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',') {
      row.push(field);
      field = '';
    } else if (char === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
    } else if (char !== '\r') field += char;
  }
  return rows;
}

/** What the servers of an ensemble said of themselves: by key and server, over time. */
export class ServerSamples {
  /** key -> server -> points; x is epoch milliseconds. */
  private readonly byKey = new Map<string, Map<string, Point[]>>();

  /** Reads an artifact `zk-metrics-….csv`: timestamp, host_port, and a column for each key. */
  add(csv: string): void {
    const [heads = [], ...rows] = parseCsv(csv);
    for (const [time, server = '', ...values] of rows) {
      const x = Number(time);
      if (!Number.isFinite(x)) continue;
      for (const [index, text] of values.entries()) {
        const value = Number(text);
        const key = heads[index + 2];
        // Versions and states are words; they make no line.
        if (key === undefined || text === '' || !Number.isFinite(value)) continue;
        this.points(key, server).push({ x, value });
      }
    }
  }

  private points(key: string, server: string): Point[] {
    const servers = this.byKey.get(key) ?? new Map<string, Point[]>();
    this.byKey.set(key, servers);
    const points = servers.get(server) ?? [];
    servers.set(server, points);
    return points;
  }

  get keys(): string[] {
    return [...this.byKey.keys()].toSorted();
  }

  /** The first of `names` that the servers have: they were renamed between versions. */
  firstOf(names: readonly string[]): string | undefined {
    return names.find((name) => this.byKey.has(name));
  }

  /** A line for each server, over seconds since `originMs`. */
  columns(key: string, originMs: number): Columns {
    const servers = [...(this.byKey.get(key) ?? [])].toSorted(([a], [b]) => a.localeCompare(b));
    return alignLines(
      servers.map(([name, points]) => ({
        name,
        points: points.map(({ x, value }) => ({ x: (x - originMs) / 1000, value })),
      })),
    );
  }
}
