import type { Target } from '#libs/contract/target.js';
import { WireSession } from '#libs/cql/session.js';
import { targetFacts } from '#libs/workloads/target-facts.js';
import type { DataSource, SourceOf } from '#libs/dataset/data-source.js';
import type { Driver, DriverEvents, OpenShard, Shard, TargetFacts } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import { checkReplicas } from '#libs/workloads/stress/schema-setup.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '#libs/workloads/stress/session-options.js';
import { connectionOf } from './query-connection.js';
import { prepareQuery } from './prepare-query.js';
import { assignmentsOf, assignmentsText } from './query.plan.js';
import type { QueryFile } from './query.place.js';
import type { QuerySpec } from './query.schema.js';

/** Where the files of a run are. Throws CodedError. */
export type FindFiles = (spec: QuerySpec, runId: string) => Promise<DataSource>;

/** The files of a query run, in the order that decides which worker reads them. Throws CodedError INPUT_UNREADABLE. */
export async function queryFiles({ find }: DataSource, { fileGlob }: QuerySpec): Promise<QueryFile[]> {
  const pattern = fileGlob.endsWith('.csv') ? `${fileGlob}{,.gz,.zst}` : fileGlob;
  const files = await find(pattern);
  return files.map((file, index) => ({ ...file, index }));
}

/** Once per run: there are files, and the cluster can answer. */
async function prepare(
  source: DataSource,
  spec: QuerySpec,
  target: Target,
  events: DriverEvents,
): Promise<TargetFacts> {
  const files = await queryFiles(source, spec);
  events.log('info', `dataset ${spec.dataset}: ${files.length} files`);
  if (spec.dryRun) return { clusterName: 'none (dry run)', simulated: false, nodes: [] };
  const options = sessionOptions(target, { connection: connectionOf(spec) }, NO_HOT_OPERATIONS, (level, message) =>
    events.log(level, message),
  );
  const session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  try {
    await checkReplicas(session, spec.keyspace, spec.consistencyLevel, target.localDatacenter);
    await prepareQuery(session, spec);
    return targetFacts(session);
  } finally {
    await session.close();
  }
}

/** Which worker reads which files, for all executors. Whoever opens the shard again writes the same. */
function keepAssignments(
  { dataset, lanes }: QuerySpec,
  files: readonly QueryFile[],
  shard: Shard,
  events: DriverEvents,
) {
  if (shard.index > 0) return;
  const names = files.map(({ name }) => name);
  const text = assignmentsText(dataset, assignmentsOf(names, shard.count * lanes));
  events.artifact?.('assignments.json', 'application/json', text);
}

/** Every executor lists the files itself; the first lane works even without a file, so that its executor has started. */
async function open(
  source: DataSource,
  spec: QuerySpec,
  target: Target,
  shard: Shard,
  events: DriverEvents,
  signal: AbortSignal,
): Promise<OpenShard> {
  const files = await queryFiles(source, spec);
  keepAssignments(spec, files, shard, events);
  const inputs = shard.lanes
    .filter(({ first }, lane) => lane === 0 || first < files.length)
    .map((share) => ({
      kind: 'query' as const,
      spec,
      target: {
        cluster: target,
        files: files.filter(({ index }) => index % share.stride === share.first),
        busyLanes: Math.min(share.stride, files.length),
      },
      share,
    }));
  return openLanes(inputs, events, signal);
}

/** Files in any folder that `find` names. */
export const queryFrom = (find: FindFiles): Driver<QuerySpec> => ({
  prepare: async (spec, target, events, _signal, runId) => prepare(await find(spec, runId), spec, target, events),
  open: async (spec, target, shard, events, signal, runId) =>
    open(await find(spec, runId), spec, target, shard, events, signal),
});

/** Datasets by name or id. */
export const queryDriver = (sourceOf: SourceOf): Driver<QuerySpec> =>
  queryFrom(({ dataset }, runId) => sourceOf(dataset, runId));
