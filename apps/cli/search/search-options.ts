import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import { CreateRun } from '#libs/contract/run.js';
import { parseStressCommand, type ProfileText } from '#libs/stress/command-line.js';

/** The flags of `tidemark search`. */
export interface SearchOptions {
  node?: string;
  from?: number;
  to?: number;
  sweep?: string;
  precision?: number;
  repeats?: number;
  maxProbes?: number;
  probe?: number;
  warmUp?: number;
  pause?: number;
  threshold: readonly string[];
  name?: string;
}

const MS_PER_S = 1_000;
const THRESHOLD = /^(?:(\w+)\.)?(\w+)\s*(<=|>=|<|>)\s*(-?[\d.]+)$/;
const RANGE = /^([\d.]+)\.\.([\d.]+):(\d+)(log)?$/;

const noFiles: ProfileText = () => ({ problem: 'expected no profile: post such a search with tidemark run' });

/** `p99Ms<10`, or `READ.p99Ms<10` for one operation. */
function thresholdOf(text: string): Record<string, unknown> {
  const [, operation, metric, operator, value] = THRESHOLD.exec(text.trim()) ?? [];
  if (metric === undefined)
    throw new CodedError('VALIDATION_FAILED', `expected --threshold such as p99Ms<10 or READ.p99Ms<10, found ${text}`);
  return { ...(operation !== undefined && { operation }), metric, operator, value: Number(value) };
}

/** `1000,2000,5000`, or `1000..10000:10` for so many rates evenly, or `1000..10000:10log` over the logarithm. */
function ratesOf(text: string): unknown {
  const [, from, to, count, log] = RANGE.exec(text) ?? [];
  if (from !== undefined)
    return {
      from: Number(from),
      to: Number(to),
      count: Number(count),
      scale: log === undefined ? 'linear' : 'logarithmic',
    };
  return text.split(',').map(Number);
}

const inMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.round(seconds * MS_PER_S);

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function planOf({ from, to, sweep, precision, repeats, maxProbes }: SearchOptions): Record<string, unknown> {
  if (sweep !== undefined) return { type: 'sweep', ratesPerSecond: ratesOf(sweep) };
  return defined({ type: 'limit', fromPerSecond: from, toPerSecond: to, precision, repeats, maxProbes });
}

/**
 * The search that flags and a cassandra-stress line stand for; the line's own rate and end are replaced by the search's.
 * Throws CodedError VALIDATION_FAILED with every problem.
 */
export function searchRun(words: readonly string[], options: SearchOptions): CreateRun {
  const { spec, target } = parseStressCommand(words.join(' '), noFiles);
  const { transport, contactPointsFile: _file, ...said } = target;
  if (transport !== undefined)
    throw new CodedError('VALIDATION_FAILED', 'TLS: expected a definition for tidemark run, with target.tls in it');
  const { warmup: _warmup, stop: _stop, ...probe } = spec;
  const body = {
    kind: 'search',
    ...(options.name !== undefined && { name: options.name }),
    target: defined({ ...said, ...(options.node !== undefined && { contactPoints: options.node.split(',') }) }),
    thresholds: options.threshold.map(thresholdOf),
    spec: defined({
      probe: { kind: 'stress', spec: probe },
      plan: planOf(options),
      probeMs: inMs(options.probe),
      warmUpMs: inMs(options.warmUp),
      pauseMs: inMs(options.pause),
    }),
  };
  const run = CreateRun.safeParse(body);
  if (run.success) return run.data;
  throw new CodedError('VALIDATION_FAILED', 'this is no search', issuesOf(run.error, body));
}
