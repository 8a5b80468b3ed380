import Papa from 'papaparse';

/** What of the servers' figures is wanted. Epoch milliseconds, both ends included. */
export interface Wanted {
  keys: ReadonlySet<string>;
  server?: string | undefined;
  fromMs: number;
  toMs: number;
}

/** The figures of one server: every key that is a number, and the points of those that are wanted. */
export interface ServerPoints {
  server: string;
  samples: number;
  keys: Set<string>;
  points: Map<string, { atMs: number; value: number }[]>;
}

/** Reads CSV files of the servers' figures piece by piece, so that only what is wanted is kept. */
export class ServerPointsFold {
  private readonly servers = new Map<string, ServerPoints>();

  constructor(private readonly wanted: Wanted) {}

  /** All of one file; its pieces may end anywhere. */
  async add(pieces: AsyncIterable<string>): Promise<void> {
    let head: string[] | undefined;
    let rest = '';
    for await (const piece of pieces) {
      rest += piece;
      const end = rest.lastIndexOf('\n') + 1;
      head = this.addRows(rest.slice(0, end), head);
      rest = rest.slice(end);
    }
  }

  /** The servers by name. */
  take(): ServerPoints[] {
    return [...this.servers.values()].toSorted((one, other) => (one.server < other.server ? -1 : 1));
  }

  /** Whole lines, the first of a file its head; answers the head. */
  private addRows(lines: string, known: string[] | undefined): string[] | undefined {
    const rows = Papa.parse<string[]>(lines, { skipEmptyLines: true }).data;
    const head = known ?? rows.shift();
    if (head !== undefined) for (const row of rows) this.addRow(head, row);
    return head;
  }

  private addRow(head: readonly string[], [timestamp, server = '', ...values]: readonly string[]): void {
    const { wanted } = this;
    const atMs = Number(timestamp);
    const isWanted = atMs >= wanted.fromMs && atMs <= wanted.toMs;
    if (!isWanted || (wanted.server !== undefined && server !== wanted.server)) return;
    const found = this.servers.get(server) ?? { server, samples: 0, keys: new Set(), points: new Map() };
    this.servers.set(server, found);
    found.samples++;
    for (const [index, text] of values.entries()) {
      const key = head[index + 2];
      const value = Number(text);
      if (key === undefined || text === '' || !Number.isFinite(value)) continue;
      found.keys.add(key);
      if (!wanted.keys.has(key)) continue;
      const points = found.points.get(key);
      if (points) points.push({ atMs, value });
      else found.points.set(key, [{ atMs, value }]);
    }
  }
}
