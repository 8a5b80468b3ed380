import { CodedError } from '#libs/contract/coded-error.js';
import type { CdcTarget } from '#libs/contract/cdc-target.js';
import { makeRing } from '#libs/cdc/change-ring.js';
import type { Sink } from '#libs/contract/sink.js';
import { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import type { Driver, DriverEvents, OpenShard, Shard, TargetFacts } from '#libs/workloads/driver.js';
import { IntervalJoin } from '#libs/workloads/lane/interval-join.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '#libs/workloads/stress/session-options.js';
import { targetFacts } from '#libs/workloads/target-facts.js';
import { connectionOf } from './cdc-connection.js';
import type { CdcReport, CdcSpec } from './cdc.schema.js';
import { createSource, prepareSink } from './cdc-schema-setup.js';
import { commitlogPeriod } from './commitlog-period.js';
import { type EmbeddedPipeline, openEmbedded } from './embedded-pipeline.js';
import type { Verified } from './verifier/message.js';
import { openVerifier, type VerifierThread } from './verifier/verifier-thread.js';
import { WriteTally } from './write-tally.js';

/** Changes of one lane that may wait for the verifier: a power of two, since its counters wrap at one. */
const RING_CHANGES = 65_536;
const NOTHING_VERIFIED: Verified = {
  method: 'none',
  methodNote: 'nothing was asked to be verified',
  sampledKeys: 0,
  sampledChanges: 0,
  outcomes: { timed: 0, superseded: 0, unknown: 0, unverified: 0, lost: 0 },
  verifiedShare: 0,
  unseen: 0,
  unverifiedBy: { deadline: 0, backlog: 0, notFollowed: 0 },
  fromAck: none(),
  fromSend: none(),
  fromDue: none(),
  negativeFromAck: 0,
  wrongRows: { missing: 0, reappeared: 0, stale: 0, different: 0 },
  wrongRowCount: 0,
  vanished: 0,
  duplicates: null,
  reordered: 0,
  reappearances: 0,
  unexpectedDeletes: 0,
  queueDepthMax: 0,
  drainMs: 0,
  drained: true,
  pollGapMaxMs: null,
  clock: null,
  sinkErrors: {},
};

function none(): CdcReport['fromAck'] {
  return { count: 0, minMs: null, meanMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };
}

/** What a report calls a pipeline. */
const PIPELINES = {
  external: 'external',
  embedded: 'simulated',
  'scylla-log': 'scylla-log',
} as const satisfies Record<CdcSpec['pipeline']['type'], CdcReport['pipeline']>;

const pause = (ms: number): Promise<void> => systemClock.sleep(ms);

/** Asks the source by a session that is closed after. Throws CodedError, and what `work` throws. */
async function withSession<T>(
  spec: CdcSpec,
  target: CdcTarget,
  events: DriverEvents,
  work: (session: WireSession) => Promise<T>,
): Promise<T> {
  const options = sessionOptions(target, { connection: connectionOf(spec) }, NO_HOT_OPERATIONS, (level, message) =>
    events.log(level, message),
  );
  const session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

function sinkOf({ sink }: CdcTarget): Sink {
  if (sink !== undefined) return sink;
  throw new CodedError('VALIDATION_FAILED', 'expected target.sink, the PostgreSQL database, for an external pipeline');
}

/** Once per run: the tables are there. An embedded pipeline is made by each executor when it opens. */
async function prepare(spec: CdcSpec, target: CdcTarget, events: DriverEvents): Promise<TargetFacts> {
  if (spec.pipeline.type === 'embedded') {
    events.log('info', 'the pipeline is simulated: figures say nothing about a database');
    return { clusterName: 'embedded simulator', simulated: true, nodes: [] };
  }
  return withSession(spec, target, events, async (session) => {
    if (spec.table.create) await createSource(session, spec, pause);
    if (spec.pipeline.type === 'external') await prepareSink(sinkOf(target), spec);
    return targetFacts(session);
  });
}

interface Opened {
  place: CdcTarget;
  /** Absent where changes only go into the source's own log. */
  sink: Sink | undefined;
  embedded: EmbeddedPipeline | undefined;
}

/** Where this executor writes and looks. */
async function placeOf(spec: CdcSpec, target: CdcTarget, events: DriverEvents): Promise<Opened> {
  if (spec.pipeline.type === 'external') return { place: target, sink: sinkOf(target), embedded: undefined };
  if (spec.pipeline.type === 'scylla-log') return { place: target, sink: undefined, embedded: undefined };
  const embedded = await openEmbedded(spec, target.sink, events);
  try {
    const place = { ...target, contactPoints: embedded.contactPoints };
    await withSession(spec, place, events, (session) => createSource(session, spec, pause));
    await prepareSink(embedded.sink, spec);
    await embedded.begin();
    return { place, sink: embedded.sink, embedded };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

async function open(
  spec: CdcSpec,
  target: CdcTarget,
  shard: Shard,
  events: DriverEvents,
  signal: AbortSignal,
  runId: string,
): Promise<OpenShard> {
  const { place, sink, embedded } = await placeOf(spec, target, events);
  const period = await withSession(spec, place, events, commitlogPeriod);
  const rings = shard.lanes.map(() => makeRing(RING_CHANGES));
  let tally: WriteTally | undefined;
  const join = new IntervalJoin(2, (snapshot) => {
    tally?.add(snapshot);
    events.interval(snapshot);
  });
  let verifier: VerifierThread | undefined;
  try {
    if (spec.verification.sampleShare > 0)
      verifier = await openVerifier(
        {
          spec,
          sink,
          source: place,
          rings,
          runId,
          shardIndex: shard.index,
          lanes: shard.lanes,
          mayStream: embedded?.mayStream ?? true,
        },
        { ...events, interval: (snapshot) => join.add(1, snapshot) },
      );
    else join.leave(1);
    const inputs = shard.lanes.map((share, index) => ({
      kind: 'cdc' as const,
      spec,
      target: { cluster: place, ring: rings[index] ?? makeRing(1), runId },
      share,
    }));
    const lanes = await openLanes(inputs, { ...events, interval: (snapshot) => join.add(0, snapshot) }, signal);
    const watching = verifier;
    return {
      async run(startAtMs, stopSignal) {
        const counted = (tally = new WriteTally(spec, startAtMs));
        const abort = () => watching?.abort();
        stopSignal.addEventListener('abort', abort, { once: true });
        watching?.start(startAtMs);
        try {
          const result = await lanes.run(startAtMs, stopSignal);
          join.leave(0);
          const verified = (await watching?.finish(stopSignal.aborted)) ?? NOTHING_VERIFIED;
          join.flush();
          const simulated = (await embedded?.figures()) ?? null;
          const report: CdcReport = {
            kind: 'cdc',
            pipeline: PIPELINES[spec.pipeline.type],
            ...counted.report(),
            ...verified,
            ...period,
            simulated,
          };
          return { ...result, mismatches: verified.wrongRowCount, stopped: stopSignal.aborted, report };
        } finally {
          stopSignal.removeEventListener('abort', abort);
        }
      },
      async close() {
        await lanes.close();
        await watching?.close();
        await embedded?.close();
      },
    };
  } catch (error) {
    await verifier?.close();
    await embedded?.close();
    throw error;
  }
}

/** Changes, and their way to PostgreSQL. */
export const cdcDriver: Driver<CdcSpec, CdcTarget> = {
  prepare: (spec, target, events) => prepare(spec, target, events),
  open,
};
