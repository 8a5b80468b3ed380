import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import { CreateRun } from '#libs/contract/run.js';
import { defined } from '../given-settings.js';
import { type Document, isDocument } from '../run-file.js';
import { type TargetFlags, targetOf } from '../service/target-flags.js';

/** The flags of `tidemark search`. */
export interface SearchOptions extends TargetFlags {
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

/** Over the plan of a file, where that is one of the same type. Throws CodedError VALIDATION_FAILED. */
function planOf({ from, to, sweep, precision, repeats, maxProbes }: SearchOptions, given: unknown): unknown {
  const limit = defined({ fromPerSecond: from, toPerSecond: to, precision, repeats, maxProbes });
  const isLimit = Object.keys(limit).length > 0;
  if (sweep !== undefined && isLimit)
    throw new CodedError(
      'VALIDATION_FAILED',
      '--sweep: expected none of the flags of a search for the limit beside it',
    );
  const said = isDocument(given) ? given : {};
  const ratesPerSecond = sweep === undefined ? undefined : ratesOf(sweep);
  const type = ratesPerSecond !== undefined ? 'sweep' : isLimit ? 'limit' : (said['type'] ?? 'limit');
  return { ...(said['type'] === type && said), type, ...limit, ...defined({ ratesPerSecond }) };
}

/** How a field of a search is called on the command line. */
const FLAGS: Readonly<Record<string, string>> = {
  'spec.probe.kind': 'kind of what is probed',
  'spec.plan.fromPerSecond': '--from',
  'spec.plan.toPerSecond': '--to',
  'spec.plan.precision': '--precision',
  'spec.plan.repeats': '--repeats',
  'spec.plan.maxProbes': '--max-probes',
  'spec.plan.ratesPerSecond': '--sweep',
  'spec.probeMs': '--probe',
  'spec.warmUpMs': '--warm-up',
  'spec.pauseMs': '--pause',
  'target.contactPoints': '--node',
  'target.connectString': '--hosts',
};

/**
 * The search that a run, to be made at each rate, and flags stand for; the rate and the end of the run are replaced by the
 * search's, and flags win over a file. Throws CodedError VALIDATION_FAILED with every problem.
 */
export function searchRun(probed: Document, options: SearchOptions): CreateRun {
  const given = isDocument(probed['spec']) ? probed['spec'] : {};
  const body = {
    ...probed,
    kind: 'search',
    ...defined({ name: options.name, target: targetOf(probed['target'], options) }),
    ...(options.threshold.length > 0 && { thresholds: options.threshold.map(thresholdOf) }),
    spec: {
      ...given,
      plan: planOf(options, given['plan']),
      ...defined({ probeMs: inMs(options.probe), warmUpMs: inMs(options.warmUp), pauseMs: inMs(options.pause) }),
    },
  };
  const run = CreateRun.safeParse(body);
  if (run.success) return run.data;
  const issues = issuesOf(run.error, body).map(({ path, message }) => ({ path: FLAGS[path] ?? path, message }));
  throw new CodedError('VALIDATION_FAILED', 'this is no search', issues);
}
