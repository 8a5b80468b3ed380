import type { Issue } from '#libs/contract/problem.js';
import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

/** Keys of all requests in flight lie in memory. */
const MOST_KEYS = 500_000;

type Plan = Pick<StressPlanSpec, 'rate' | 'stop' | 'truncate'>;
type Walked = Exclude<ScyllaBenchSpec, { mode: 'scan' }>;

/** Requests per second of the whole run; undefined when nothing limits them. */
export const maxRateOf = ({ rate }: Pick<StressPlanSpec, 'rate'>): number | undefined =>
  rate.model === 'open' ? rate.ratePerSecond : rate.throttlePerSecond;

/** Rows (of one partition) that each request has a key for. */
export function keysPerRequest(spec: ScyllaBenchSpec): number {
  if (spec.mode === 'write') return spec.rowsPerRequest;
  return 'select' in spec && spec.select.restriction === 'in' ? spec.select.rowsPerRequest : 1;
}

/** Requests for the rows from `first` up to `end` when each takes `most` rows of one partition of `rows`. */
function requestsFor(first: number, end: number, rows: number, most: number): number {
  const start = first % rows === 0 ? 0 : Math.min(end - first, rows - (first % rows));
  const rest = end - first - start;
  return Math.ceil(start / most) + Math.floor(rest / rows) * Math.ceil(rows / most) + Math.ceil((rest % rows) / most);
}

/** Requests of all workers for one pass over a sequential workload or the token ring. */
export function requestsPerPass(spec: ScyllaBenchSpec, workers: number): number {
  if (spec.mode === 'scan') return spec.rangeCount;
  const { partitionCount, clusteringRowCount } = spec.workload;
  const total = partitionCount * clusteringRowCount;
  const most = keysPerRequest(spec);
  if (most === 1) return total;
  const each = Math.floor(total / workers);
  let requests = 0;
  for (let worker = 0, first = 0; worker < workers; worker++) {
    const end = first + each + (worker < total % workers ? 1 : 0);
    requests += requestsFor(first, end, clusteringRowCount, most);
    first = end;
  }
  return requests;
}

function* problemsOfEnd(spec: ScyllaBenchSpec, { stop, rate }: Plan): Generator<Issue> {
  const goesRound = spec.mode === 'scan' || spec.workload.type === 'sequential';
  if (stop.type === 'uncertainty')
    yield { path: 'stop', message: 'expected an end by operations or a duration, found uncertainty' };
  else if (!goesRound) {
    if (spec.passes !== undefined) {
      yield { path: 'scyllaBench.passes', message: `expected none: the ${spec.workload.type} workload has no passes` };
    }
    if (stop.type !== 'duration') {
      yield { path: 'stop', message: `expected a duration (the ${spec.workload.type} workload has no passes)` };
    }
  } else if (stop.type === 'operations') {
    const expected = (spec.passes ?? 1) * requestsPerPass(spec, rate.threads);
    if (spec.passes === undefined)
      yield { path: 'scyllaBench.passes', message: 'expected a number beside an end by operations, or a duration' };
    else if (stop.count !== expected)
      yield { path: 'stop.count', message: `expected ${expected}, the requests of the passes, found ${stop.count}` };
  }
}

function* problemsOfWorkload(spec: Walked, plan: Plan): Generator<Issue> {
  const { mode, workload } = spec;
  const workers = plan.rate.threads;
  const { partitionCount, partitionOffset, clusteringRowCount } = workload;
  const place = 'scyllaBench.workload';
  if ((partitionOffset + partitionCount) * clusteringRowCount > Number.MAX_SAFE_INTEGER)
    yield { path: `${place}.clusteringRowCount`, message: 'expected fewer than 2^53 rows in all' };
  if (workload.type !== 'timeseries') return;
  if (partitionOffset + partitionCount + workers > 2 ** 31)
    yield { path: `${place}.partitionCount`, message: 'expected fewer than 2^31 partitions for a timeseries' };
  if (mode === 'read') return;
  if ((maxRateOf(plan) ?? 0) < workers) {
    yield {
      path: 'rate.throttlePerSecond',
      message: `expected at least ${workers} (one per second and worker: the keys of a timeseries follow from the rate)`,
    };
  }
  if (workers > partitionCount) {
    yield {
      path: 'rate.threads',
      message: `expected at most ${partitionCount} (every worker has partitions of its own)`,
    };
  }
  if (mode === 'write' && spec.rowsPerRequest > 1) {
    yield {
      path: 'scyllaBench.rowsPerRequest',
      message: 'expected 1 (a timeseries changes partition at every row)',
    };
  }
}

function* problemsOfRows(spec: ScyllaBenchSpec, workers: number): Generator<Issue> {
  const keys = keysPerRequest(spec);
  if (keys > 1 && keys * workers > MOST_KEYS) {
    yield {
      path: spec.mode === 'write' ? 'scyllaBench.rowsPerRequest' : 'scyllaBench.select.rowsPerRequest',
      message: `expected at most ${Math.floor(MOST_KEYS / workers)} with ${workers} workers, found ${keys}`,
    };
  }
  if ('value' in spec && spec.value.content === 'checked') {
    const { size } = spec.value;
    if ((size.type === 'fixed' ? size.bytes : size.min) < 1) {
      yield {
        path: 'scyllaBench.value.size',
        message: 'expected at least 1 byte (an empty value cannot be checked)',
      };
    }
  }
  if (!('select' in spec)) return;
  if (spec.select.restriction === 'none' && spec.workload.type === 'sequential') {
    yield {
      path: 'scyllaBench.select.restriction',
      message: 'expected a bound (the sequential workload moves by its rows, and would read one partition for ever)',
    };
  }
  if (spec.mode === 'mixed' && spec.select.restriction !== 'lowerBound')
    yield { path: 'scyllaBench.select.restriction', message: 'expected lowerBound in mode mixed' };
}

/** Where the parts of a scylla-bench run contradict each other; paths are those of the run's structured form. */
export function* scyllaBenchProblems(spec: ScyllaBenchSpec, plan: Plan): Generator<Issue> {
  yield* problemsOfEnd(spec, plan);
  if (spec.mode !== 'scan') yield* problemsOfWorkload(spec, plan);
  const { threads } = plan.rate;
  if (spec.mode === 'scan' && threads > spec.rangeCount)
    yield { path: 'rate.threads', message: `expected at most ${spec.rangeCount} (one worker per range)` };
  yield* problemsOfRows(spec, threads);
  const { minDelayMs, maxDelayMs } = spec.errors;
  if (minDelayMs > maxDelayMs) {
    yield {
      path: 'scyllaBench.errors.minDelayMs',
      message: `expected at most the longest delay, ${maxDelayMs} ms`,
    };
  }
  if (plan.truncate !== 'never' && !['write', 'mixed', 'counter_update'].includes(spec.mode))
    yield { path: 'truncate', message: `expected never in mode ${spec.mode}, which writes nothing` };
}
