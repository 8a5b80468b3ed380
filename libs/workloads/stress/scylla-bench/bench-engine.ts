import { CodedError } from '#libs/contract/coded-error.js';
import { WireSession } from '#libs/cql/session.js';
import { maxRateOf } from '#libs/front-doors/scylla-bench-check.js';
import { Payload } from '#libs/front-doors/scylla-bench-payload.js';
import { loadStatements } from '#libs/front-doors/scylla-bench-statements.js';
import { walkOf } from '#libs/front-doors/scylla-bench-walk.js';
import { systemClock } from '#libs/load/clock.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import { type Door, doorRetryable } from '../door/door.js';
import { DoorTarget } from '../door/door-target.js';
import type { Engine } from '../engine.js';
import type { FailureNotes } from '../failure-notes.js';
import { sessionOptions } from '../session-options.js';
import { laneRandom, shareOf } from '../stress.source.js';
import { BenchCounter } from './bench-counter.js';
import { BenchRead } from './bench-read.js';
import type { BenchRequest } from './bench-request.js';
import { BenchSource } from './bench-source.js';
import { BenchWork } from './bench-work.js';
import { BenchWrite } from './bench-write.js';

const NS_PER_MS = 1e6;
/** Which of a lane's random sequences the sizes of values are drawn from. */
const SIZES = 9;

export interface BenchEngineParts {
  input: LaneInput & { kind: 'stress' };
  spec: ScyllaBenchSpec;
  notes: FailureNotes;
  log: DriverEvents['log'];
}

const isChecked = (spec: ScyllaBenchSpec): boolean =>
  'validateData' in spec ? spec.validateData : 'value' in spec && spec.value.content === 'checked';

/** Connects and prepares the requests of a scylla-bench lane, by operation. Throws CodedError or ServerError. */
async function openRequests(session: WireSession, parts: BenchEngineParts): Promise<BenchRequest[]> {
  const { spec, input, notes } = parts;
  const { consistencyLevel: consistency, schema } = input.spec;
  const slots = input.share.threads;
  const payload = new Payload();
  const { write, reads = [] } = loadStatements(spec, schema.keyspace);
  const requests: BenchRequest[] = [];
  if (write !== undefined) {
    const statement = await session.prepare(write);
    const random = laneRandom(input.spec, input.share, SIZES);
    const rowsPerRequest = spec.mode === 'write' ? spec.rowsPerRequest : 1;
    requests.push(
      'value' in spec
        ? new BenchWrite({ session, statement, consistency, slots, rowsPerRequest, value: spec.value, payload, random })
        : new BenchCounter({ session, statement, consistency, slots }),
    );
  }
  if (reads.length > 0 && 'pageSize' in spec) {
    const statements = [];
    for (const cql of reads) statements.push(await session.prepare(cql));
    const { rowsPerRequest, restriction } =
      'select' in spec ? spec.select : { rowsPerRequest: 1, restriction: 'lowerBound' as const };
    const { pageSize, mode } = spec;
    const common = { session, statements, consistency, slots, rowsPerRequest, restriction, pageSize, payload, notes };
    const isScan = mode === 'scan';
    requests.push(new BenchRead({ ...common, isScan, isCounter: mode === 'counter_read', isChecked: isChecked(spec) }));
  }
  return requests;
}

/** Opens a lane of a scylla-bench run. Throws CodedError or ServerError. */
export async function openBenchEngine(parts: BenchEngineParts): Promise<Engine> {
  const { input, spec, notes, log } = parts;
  const target = new DoorTarget(notes);
  const session = await WireSession.connect(sessionOptions(input.target, input.spec, target, log));
  try {
    const requests = await openRequests(session, parts);
    const work = new BenchWork({ session, requests, slots: input.share.threads, elapsedNs: elapsedOf(spec) });
    target.work = work;
    if (spec.routing === 'token-aware' && spec.mode !== 'scan') await session.routeBy(input.spec.schema.keyspace);
    return {
      target,
      door: doorOf(parts, target, work, requests),
      totals: () => session.totals(),
      takeShards: () => session.takeShards(),
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** How long the run that wrote a timeseries has lasted; 0 where nobody asks. */
function elapsedOf(spec: ScyllaBenchSpec): () => number {
  if (spec.mode === 'scan' || !('distribution' in spec.workload)) return () => 0;
  const startMs = Number(BigInt(spec.workload.startNs) / 1_000n) / 1_000;
  return () => Math.max(0, systemClock.toEpochMs(systemClock.nowNs()) - startMs) * NS_PER_MS;
}

function doorOf(
  { input, spec }: BenchEngineParts,
  target: DoorTarget,
  work: BenchWork,
  requests: readonly BenchRequest[],
): Door {
  const { share } = input;
  const { minDelayMs, maxDelayMs, limit, limitInARow = Infinity } = spec.errors;
  const most = limit === undefined ? Infinity : Math.max(1, shareOf(limit, share));
  let errors = 0;
  return {
    isChecked: isChecked(spec),
    retryable: doorRetryable,
    retryDelayNs: (_, attempts) => Math.min(maxDelayMs, minDelayMs * 2 ** attempts) * NS_PER_MS,
    source(startAtMs) {
      const workers = input.spec.rate.threads;
      const run = {
        workers,
        seed: input.spec.seed,
        maxRatePerSecond: maxRateOf(input.spec),
        runStartNs: BigInt(startAtMs) * 1_000_000n,
      };
      work.walks = Array.from({ length: share.threads }, (_, index) =>
        walkOf(spec, share.first + index * share.stride, run),
      );
      if (work.walks.length === 0) throw new CodedError('INTERNAL', 'a lane without workers');
      return new BenchSource(work.walks, spec.passes ?? Infinity, requests.length);
    },
    failed(slot) {
      target.failed(slot);
      errors++;
      if (errors >= most) return `the limit of ${limit} errors is reached (-error-limit)`;
      const inARow = work.errorsInARow(slot);
      return inARow >= limitInARow ? `${inARow} errors of one worker in a row (-error-at-row-limit)` : undefined;
    },
    remarks() {
      const empty = requests.reduce((sum, request) => sum + (request instanceof BenchRead ? request.emptyCount : 0), 0);
      return empty > 0 && spec.mode !== 'scan' ? [`${empty} reads found no row`] : [];
    },
  };
}
