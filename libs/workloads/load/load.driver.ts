import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Target } from '#libs/contract/target.js';
import { targetFacts } from '#libs/workloads/target-facts.js';
import { WireSession } from '#libs/cql/session.js';
import type { CsvFile } from '#libs/dataset/csv-files.js';
import { readCsvFile } from '#libs/dataset/csv-reader.js';
import type { DataSource, SourceOf } from '#libs/dataset/data-source.js';
import { systemClock } from '#libs/load/clock.js';
import type { Driver, DriverEvents, OpenShard, Shard, ShardResult, TargetFacts } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { checkReplicas } from '../stress/schema-setup.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '../stress/session-options.js';
import { ProgressFolder } from './file-progress.js';
import { LoadProgress } from './load-progress.js';
import { createTable, readTable } from './load-table.js';
import { verifyLoaded } from './load-verify.js';
import type { LoadSpec } from './load.schema.js';

const PROGRESS_EVERY_MS = 5_000;

/** Where the files of a run are. Throws CodedError. */
export type FindRows = (spec: LoadSpec, runId: string) => Promise<DataSource>;

interface Work {
  shown: string;
  files: CsvFile[];
  progress: ProgressFolder;
}

/** Progress belongs to what decides the rows and where they go. */
function stateName(spec: LoadSpec, { contactPoints, port }: Target): string {
  const { keyspace, table, header, delimiter, columns, emptyAs, timestamp, ttlS } = spec;
  const what = {
    contactPoints: contactPoints.toSorted(),
    port,
    keyspace,
    table,
    header,
    delimiter,
    columns,
    emptyAs,
    timestamp,
    ttlS,
  };
  return `load-${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16)}`;
}

async function workOf({ shown, stateFolder, find }: DataSource, spec: LoadSpec, target: Target): Promise<Work> {
  const files = await find(spec.pattern);
  return { shown, files, progress: new ProgressFolder(join(stateFolder, stateName(spec, target))) };
}

/** Once per run: the files are there, the table is, and it can be written as asked. */
async function prepare(source: DataSource, spec: LoadSpec, target: Target, events: DriverEvents): Promise<TargetFacts> {
  const { shown, files, progress } = await workOf(source, spec, target);
  await progress.make();
  if (spec.existing === 'restart') await progress.forget();
  const log = (level: 'info' | 'warn', message: string) => events.log(level, message);
  const options = sessionOptions(target, spec, NO_HOT_OPERATIONS, log);
  const session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  try {
    if (!spec.skipCreate) await createTable(session, spec, await namesOf(spec, files), (ms) => systemClock.sleep(ms));
    await readTable(session, spec);
    await checkReplicas(session, spec.keyspace, spec.consistencyLevel, target.localDatacenter);
    events.log('info', `${shown}: ${files.length} files to load into ${spec.keyspace}.${spec.table}`);
    return targetFacts(session);
  } finally {
    await session.close();
  }
}

async function namesOf(
  { columns, header, delimiter }: LoadSpec,
  [first]: readonly CsvFile[],
): Promise<readonly string[]> {
  if (columns !== undefined) return columns;
  if (first === undefined || !header)
    throw new CodedError(
      'VALIDATION_FAILED',
      'files without a header need spec.columns (--columns): name their columns',
    );
  const reader = await readCsvFile(first, { header, delimiter, shown: first.name });
  await reader.blocks.return(undefined);
  return reader.columns ?? [];
}

async function open(
  source: DataSource,
  spec: LoadSpec,
  target: Target,
  shard: Shard,
  events: DriverEvents,
  signal: AbortSignal,
): Promise<OpenShard> {
  const work = await workOf(source, spec, target);
  const { files, shown, progress } = work;
  await progress.make();
  const stride = shard.lanes[0]?.stride ?? 1;
  // Lanes beyond the number of files have nothing to do: theirs is given to the others.
  const active = Math.min(stride, files.length);
  const lanes = shard.lanes.filter(({ first }) => first < files.length);
  // An executor without files takes part in the start, and ends.
  const inputs = (lanes.length > 0 ? lanes : shard.lanes.slice(0, 1)).map((share) => {
    const places = files.map((_, at) => at).filter((at) => at % stride === share.first);
    const extra = share.first < spec.concurrency % active ? 1 : 0;
    return {
      kind: 'load' as const,
      spec,
      share,
      target: {
        target,
        files: places.flatMap((at) => files[at] ?? []),
        places,
        fileCount: files.length,
        stateFolder: progress.folder,
        shown,
        concurrency: Math.max(1, Math.floor(spec.concurrency / active) + extra),
        rowsPerSecond: spec.rowsPerSecond === undefined ? undefined : spec.rowsPerSecond / active,
      },
    };
  });
  const toLoad = await tellBefore(
    work,
    inputs.flatMap((input) => input.target.files),
    events,
  );
  const said = new LoadProgress(PROGRESS_EVERY_MS, toLoad);
  const watched: DriverEvents = {
    ...events,
    interval: (snapshot) => {
      events.interval(snapshot);
      const line = said.add(snapshot);
      if (line !== undefined) events.log('info', line);
    },
  };
  const opened = await openLanes(inputs, watched, signal);
  return {
    run: async (startAtMs, stopSignal) => {
      const result = await opened.run(startAtMs, stopSignal);
      const verified = await readBack(work, { spec, target, lanes: inputs }, result, events, stopSignal);
      await forgetWhenDone(work);
      return verified;
    },
    close: () => opened.close(),
  };
}

/** Reads rows back where that was asked for and everything was loaded. */
async function readBack(
  { progress }: Work,
  { spec, target, lanes }: { spec: LoadSpec; target: Target; lanes: readonly LaneInput<'load'>[] },
  result: ShardResult,
  events: DriverEvents,
  signal: AbortSignal,
): Promise<ShardResult> {
  const { verify } = spec;
  const { report } = result;
  if (verify.type === 'none' || result.stopped || result.failure || report?.kind !== 'load') return result;
  const loaded = lanes.map(({ target: { files, concurrency } }) => ({
    files: files.map((file) => ({ ...file, rejectFile: progress.rejectPath(file.name) })),
    concurrency,
  }));
  const share = verify.type === 'full' ? 1 : verify.share;
  try {
    const found = await verifyLoaded({ spec, target, lanes: loaded }, share, events, signal);
    return {
      ...result,
      stopped: signal.aborted,
      mismatches: found.mismatches,
      failure: found.failure,
      report: { ...report, verification: found.verification },
    };
  } catch (error) {
    if (signal.aborted) return { ...result, stopped: true };
    if (!(error instanceof CodedError)) throw error;
    return { ...result, failure: { code: error.code, message: error.message } };
  }
}

/** Answers the bytes of the files that are not loaded yet; NaN where some are compressed. */
async function tellBefore({ progress }: Work, files: readonly CsvFile[], events: DriverEvents): Promise<number> {
  const before = await Promise.all(files.map((file) => progress.read(file)));
  const begun = before.filter(({ rows }) => rows > 0);
  const left = files.filter((_, at) => before[at]?.done !== true);
  const leftBytes = left.reduce((sum, { name, bytes }) => sum + (/\.(gz|zst)$/.test(name) ? NaN : bytes), 0);
  if (begun.length === 0) return leftBytes;
  const rows = begun.reduce((sum, file) => sum + file.rows, 0);
  events.log('info', `${rows} rows of ${begun.length} files were loaded by a run before, which this one continues`);
  return leftBytes;
}

/** Once every file of every executor is loaded, the next run of the same begins anew. */
async function forgetWhenDone({ files, progress }: Work): Promise<void> {
  for (const file of files) if (!(await progress.read(file)).done) return;
  await progress.forget();
}

/** Rows from any folder that `find` names. */
export const loadFrom = (find: FindRows): Driver<LoadSpec> => ({
  prepare: async (spec, target, events, _signal, runId) => prepare(await find(spec, runId), spec, target, events),
  open: async (spec, target, shard, events, signal, runId) =>
    open(await find(spec, runId), spec, target, shard, events, signal),
});

/** Datasets by name or id. */
export const loadDriver = (sourceOf: SourceOf): Driver<LoadSpec> =>
  loadFrom(({ dataset }, runId) => sourceOf(dataset, runId));
