import type { HistogramType, OperationCounters } from '#libs/contract/interval.js';
import type { ThresholdUnit } from '#libs/contract/threshold.js';

/** What a metric's name asks for. */
export type Metric =
  | { of: 'latency'; operation?: string; clock?: Clock; figure: 'mean' | 'min' | 'max' | { percentile: number } }
  | { of: 'counter'; operation?: string; name: OperationMetric }
  | { of: 'errors'; operation?: string; name: string }
  | { of: 'run'; name: RunMetric }
  | { of: 'report'; path: readonly string[] };

/** The clocks of a summary. */
export type Clock = HistogramType | 'failedSt';

type Counter = Exclude<keyof OperationCounters, 'errors'>;
export type OperationMetric = Counter | 'ratePerSecond' | 'errorRatio';
export const OPERATION_METRICS = [
  'ratePerSecond',
  'errorRatio',
  'scheduled',
  'completed',
  'failed',
  'dropped',
  'retries',
  'partitions',
  'rows',
] as const satisfies readonly OperationMetric[];

export const RUN_METRICS = [
  'durationMs',
  'coverage',
  'startSkewMs',
  'mismatchCount',
  'clientCpuUsPerOperation',
] as const;
export type RunMetric = (typeof RUN_METRICS)[number];

const CLOCKS: ReadonlyMap<string, Clock> = new Map<string, Clock>([
  ['serviceTime', 'st'],
  ['responseTime', 'rt'],
  ['waitTime', 'wt'],
  ['failedServiceTime', 'failedSt'],
]);
const FIGURES = { meanMs: 'mean', minMs: 'min', maxMs: 'max' } as const;

/** `p99Ms`, `p99.9Ms`, and `p999Ms` as the summary writes it: 99 and then the digits behind the point. */
function percentileOf(name: string): number | undefined {
  const [, whole, fraction] = /^p(\d{1,2}|100)(?:\.(\d{1,6}))?Ms$/.exec(name) ?? [];
  if (whole !== undefined)
    return Number(`${whole}.${fraction ?? 0}`) <= 100 ? Number(`${whole}.${fraction ?? 0}`) : undefined;
  const [, digits] = /^p99(9{1,4})Ms$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(`99.${digits}`);
}

function latencyFigure(name: string): Extract<Metric, { of: 'latency' }>['figure'] | undefined {
  if (name === 'meanMs' || name === 'minMs' || name === 'maxMs') return FIGURES[name];
  const percentile = percentileOf(name);
  return percentile === undefined ? undefined : { percentile };
}

function ofOperation(name: string): Metric | undefined {
  const figure = latencyFigure(name);
  if (figure !== undefined) return { of: 'latency', figure };
  const counter = OPERATION_METRICS.find((each) => each === name);
  if (counter !== undefined) return { of: 'counter', name: counter };
  const [, errorClass] = /^errors\.(\w+)$/.exec(name) ?? [];
  return errorClass === undefined ? undefined : { of: 'errors', name: errorClass };
}

/** `operations.<name>.…`; the name may have points of its own, so the known end is what is looked for. */
function ofPath(path: string): Metric | undefined {
  const [, operation, clockName, figureName] =
    /^(.+)\.(serviceTime|responseTime|waitTime|failedServiceTime)\.([\w.]+)$/.exec(path) ?? [];
  if (operation !== undefined) {
    const figure = latencyFigure(figureName ?? '');
    const clock = CLOCKS.get(clockName ?? '');
    return figure === undefined || clock === undefined ? undefined : { of: 'latency', operation, clock, figure };
  }
  const [, owner, rest] = /^(.+?)\.(errors\.\w+|\w+)$/.exec(path) ?? [];
  const metric = rest === undefined ? undefined : ofOperation(rest);
  const isCount = metric?.of === 'counter' || metric?.of === 'errors';
  return isCount && owner !== undefined ? { ...metric, operation: owner } : undefined;
}

/** Undefined for a name that means nothing; whether a kind reports a `report.` path its schema says. */
export function parseMetric(name: string): Metric | undefined {
  const run = RUN_METRICS.find((each) => each === name);
  if (run !== undefined) return { of: 'run', name: run };
  if (name.startsWith('report.')) return { of: 'report', path: name.split('.').slice(1) };
  if (name.startsWith('operations.')) return ofPath(name.slice('operations.'.length));
  return ofOperation(name);
}

const UNITS = {
  time: { ns: 1e-6, us: 1e-3, ms: 1, s: 1e3, min: 6e4, h: 3.6e6 },
  bytes: { B: 1, kB: 1e3, KiB: 1024, MB: 1e6, MiB: 1024 ** 2, GB: 1e9, GiB: 1024 ** 3 },
  ratio: { ratio: 1, '%': 0.01 },
  count: {},
} as const satisfies Record<string, Partial<Record<ThresholdUnit, number>>>;

/** What a metric counts, and one of its own unit in that dimension's base (milliseconds, bytes, 1). */
function dimensionOf(name: string): { units: Partial<Record<ThresholdUnit, number>>; own: number } {
  if (name.endsWith('Ms')) return { units: UNITS.time, own: 1 };
  if (/Us(PerOperation)?$/.test(name)) return { units: UNITS.time, own: 1e-3 };
  if (/bytes$/i.test(name)) return { units: UNITS.bytes, own: 1 };
  if (/(ratio|share|coverage|difference)$/i.test(name)) return { units: UNITS.ratio, own: 1 };
  return { units: UNITS.count, own: 1 };
}

/** The units that limits on a metric may be given in. */
export const unitsOf = (name: string): string[] => Object.keys(dimensionOf(name).units);

/** A figure in another unit than the metric's own; NaN for a unit of another dimension. */
export function inUnit(name: string, value: number, unit: ThresholdUnit | undefined): number {
  if (unit === undefined) return value;
  const { units, own } = dimensionOf(name);
  return (value * own) / (units[unit] ?? NaN);
}
