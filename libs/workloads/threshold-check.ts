import { z } from 'zod';
import type { Issue } from '#libs/contract/problem.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import type { WorkloadKind } from '#libs/contract/run.js';
import { RunReport, type Threshold } from '#libs/contract/summary.js';
import { OPERATION_METRICS, parseMetric, RUN_METRICS, unitsOf } from '#libs/stats/metric.js';

/** What a field holds when it is there. */
function bare(field: unknown): unknown {
  return field instanceof z.ZodOptional || field instanceof z.ZodNullable ? bare(field.def.innerType) : field;
}

function numbersIn(field: unknown, path: string): string[] {
  const known = bare(field);
  if (known instanceof z.ZodNumber) return [path];
  if (!(known instanceof z.ZodObject)) return [];
  return Object.entries(known.shape).flatMap(([name, each]) => numbersIn(each, `${path}.${name}`));
}

/** The numbers of a kind's report, by path: `report.missing`, `report.sizes.meanBytes`; lists have none. */
const reportMetrics = (kind: WorkloadKind): string[] =>
  numbersIn(
    RunReport.options.find(({ shape }) => shape.kind.value === kind),
    'report',
  );

/** Every metric of a kind, as a sentence lists them. */
const metricsOf = (kind: WorkloadKind): string[] => [
  ...OPERATION_METRICS,
  'meanMs',
  'minMs',
  'maxMs',
  'p<percentile>Ms',
  `errors.<${OUTCOMES.filter((outcome) => outcome !== 'ok').join('|')}>`,
  ...RUN_METRICS,
  ...reportMetrics(kind),
];

/** Why a threshold can never be judged in a run of this kind; undefined when it can. */
function problemOf(kind: WorkloadKind, { metric, operation, type, unit }: Threshold): Issue | undefined {
  const parsed = parseMetric(metric);
  const isKnown =
    parsed !== undefined &&
    (parsed.of !== 'report' || reportMetrics(kind).includes(metric)) &&
    (parsed.of !== 'errors' || OUTCOMES.some((outcome) => outcome === parsed.name && outcome !== 'ok'));
  if (!isKnown)
    return {
      path: 'metric',
      message: `expected a metric of ${kind} runs (${metricsOf(kind).join(', ')}), found "${metric}"`,
    };
  const hasOperation = parsed.of !== 'run' && parsed.of !== 'report' && parsed.operation === undefined;
  if (!hasOperation && operation !== 'total')
    return { path: 'operation', message: `expected no operation beside ${metric}, found "${operation}"` };
  if (type !== undefined && (parsed.of !== 'latency' || parsed.clock !== undefined))
    return { path: 'type', message: `expected no type beside ${metric}, found "${type}"` };
  const units = unitsOf(metric);
  if (unit !== undefined && !units.includes(unit)) {
    const wanted = units.length === 0 ? 'no unit' : `one of ${units.join(', ')}`;
    return { path: 'unit', message: `expected ${wanted} for ${metric}, found "${unit}"` };
  }
  return undefined;
}

/** What is wrong with the thresholds of a run of this kind; which operations it will have only the run can tell. */
export const thresholdIssues = (kind: WorkloadKind, thresholds: readonly Threshold[]): Issue[] =>
  thresholds.flatMap((threshold, index) => {
    const issue = problemOf(kind, threshold);
    return issue === undefined ? [] : [{ ...issue, path: `thresholds[${index}].${issue.path}` }];
  });
