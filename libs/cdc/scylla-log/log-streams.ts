import type { Row } from '#libs/cql/result.js';

export type Ask = (cql: string) => Promise<readonly Row[]>;

/** Streams that are written to from a time on, until the next ones are. */
export interface StreamSet {
  fromMs: number;
  /** Undefined: as far as anybody knows, for ever. */
  untilMs: number | undefined;
  /** Ids as CQL literals. */
  streams: readonly string[];
}

const TIMESTAMPS = `SELECT time FROM system_distributed.cdc_generation_timestamps WHERE key = 'timestamps'`;
const STREAMS = 'SELECT streams FROM system_distributed.cdc_streams_descriptions_v2 WHERE time = ';

/** The streams of a keyspace without tablets, by generation; new generations come when nodes come or go. */
export class LogStreams {
  private sets: StreamSet[] = [];

  constructor(private readonly ask: Ask) {}

  /** Looks for new generations; answers those that hold what was written after `sinceMs`. Throws what the server says. */
  async since(sinceMs: number): Promise<readonly StreamSet[]> {
    const rows = await this.ask(TIMESTAMPS);
    const times = rows.map((row) => Number(row['time'])).sort((left, right) => left - right);
    // A set that nothing of interest can be in is never asked for.
    const wanted = times.filter((_, index) => (times[index + 1] ?? Infinity) > sinceMs);
    const sets = wanted.map(async (fromMs): Promise<StreamSet> => {
      const streams = this.sets.find((set) => set.fromMs === fromMs)?.streams ?? (await this.read(fromMs));
      return { fromMs, untilMs: times[times.indexOf(fromMs) + 1], streams };
    });
    this.sets = await Promise.all(sets);
    return this.sets;
  }

  private async read(fromMs: number): Promise<string[]> {
    const rows = await this.ask(STREAMS + String(fromMs));
    return rows.flatMap(({ streams }) =>
      Array.isArray(streams) ? streams.flatMap((id) => (Buffer.isBuffer(id) ? [`0x${id.toString('hex')}`] : [])) : [],
    );
  }
}
