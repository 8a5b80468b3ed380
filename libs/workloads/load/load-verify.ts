import type { CsvFile } from '#libs/dataset/csv-files.js';
import type { Target } from '#libs/contract/target.js';
import { systemClock } from '#libs/load/clock.js';
import { WireSession } from '#libs/cql/session.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { QuerySpec } from '#libs/workloads/query/query.schema.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '../stress/session-options.js';
import { readTable } from './load-table.js';
import type { LoadSpec, LoadVerification } from './load.schema.js';

/** What was loaded, as one executor sees it. */
export interface Loaded {
  spec: LoadSpec;
  target: Target;
  /** By lane: its files, with the rows that could not be written, and its requests in flight. */
  lanes: readonly { files: readonly (CsvFile & { rejectFile: string })[]; concurrency: number }[];
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The columns of the table's primary key. Throws CodedError. */
async function keysOf({ spec, target }: Loaded, events: DriverEvents): Promise<string[]> {
  const options = sessionOptions(target, spec, NO_HOT_OPERATIONS, (level, message) => events.log(level, message));
  const session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  try {
    const table = await readTable(session, spec);
    return table.filter(({ kind }) => kind === 'partition_key' || kind === 'clustering').map(({ name }) => name);
  } finally {
    await session.close();
  }
}

/** The query that reads one row of a load back. */
function querySpecOf({ spec }: Loaded, keys: readonly string[], share: number): QuerySpec {
  const { dataset, header, columns, delimiter, maxRowBytes, keyspace, table, consistencyLevel, connection } = spec;
  const { requestTimeoutMs, caseInsensitive: _c, prepared: _p, protocolVersion: _v, ...connected } = connection;
  const where = keys.map((name) => `${quoted(name)} = ?`).join(' AND ');
  const asked = QuerySpec.parse({
    dataset,
    csv: { header, delimiter, maxRowBytes },
    keyColumn: keys[0],
    keyspace,
    table,
    statement: `SELECT * FROM ${quoted(keyspace)}.${quoted(table)} WHERE ${where}`,
    bind: keys,
    // Rows are written at this level, and no row is read at it.
    consistencyLevel: consistencyLevel === 'ANY' ? 'ONE' : consistencyLevel,
    timeoutMs: requestTimeoutMs,
    sampleShare: share,
    check: { payload: true },
    connection: connected,
  });
  // Names that are given win over those of a header, which a query alone has no use for.
  return { ...asked, csv: { ...asked.csv, columns } };
}

/** Reads loaded rows back and compares them with the files. Throws CodedError. */
export async function verifyLoaded(
  loaded: Loaded,
  share: number,
  events: DriverEvents,
  signal: AbortSignal,
): Promise<{ verification: LoadVerification; failure: ShardResult['failure']; mismatches: number }> {
  const { target, lanes } = loaded;
  events.log('info', `reading back ${share === 1 ? 'every row' : `${share * 100} % of the rows`}`);
  const spec = querySpecOf(loaded, await keysOf(loaded, events), share);
  const inputs = lanes.map(({ files, concurrency }, first): LaneInput<'query'> => ({
    kind: 'query',
    spec,
    target: { cluster: target, files: files.map((file, index) => ({ ...file, index })), busyLanes: lanes.length },
    share: { first, stride: lanes.length, threads: concurrency },
  }));
  // What is measured is the load: its intervals end with it.
  const quiet: DriverEvents = { ...events, interval: () => undefined, started: () => undefined };
  const opened = await openLanes(inputs, quiet, signal);
  try {
    const { report, stopped, failure, mismatches } = await opened.run(systemClock.epochMs(), signal);
    const found = report?.kind === 'query' ? report : undefined;
    const { submitted = 0, ok = 0, missing = 0, different = 0 } = found ?? {};
    const unanswered = submitted - ok - missing - different;
    const complete = !stopped && failure === undefined && found !== undefined && found.notSubmitted === 0;
    return {
      verification: { checked: submitted, same: ok, missing, different, unanswered, complete },
      failure,
      mismatches,
    };
  } finally {
    await opened.close();
  }
}
