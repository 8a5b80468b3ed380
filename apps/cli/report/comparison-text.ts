import type { ComparedCandidate, Comparison, MetricComparison } from '#libs/contract/comparison.js';
import { figureText, metricText, nameOf, percentText } from '#libs/report/comparison-page.js';
import { textTable } from '#libs/workloads/parent/text-table.js';

const HEAD = ['operation', 'metric', 'baseline', 'candidate', '%', '95 % interval', 'effect', 'p', 'change'];
const NUMBERS = new Set([2, 3, 4, 5, 6, 7]);

function rowOf(metric: MetricComparison): string[] {
  const {
    operation,
    baseline,
    candidate,
    differencePercent,
    confidenceInterval: interval,
    effect,
    test,
    change,
  } = metric;
  return [
    operation,
    metricText(metric),
    figureText(metric, baseline),
    figureText(metric, candidate),
    percentText(differencePercent),
    interval === null ? '-' : `${figureText(metric, interval.from, true)} to ${figureText(metric, interval.to, true)}`,
    effect === null ? '-' : effect.delta.toFixed(2),
    test === null ? '-' : test.pAdjusted < 0.001 ? '< 0.001' : test.pAdjusted.toFixed(3),
    change,
  ];
}

const candidateLines = ({ run, outcome, problems, metrics }: ComparedCandidate): string[] => [
  `${nameOf(run)} (${run.id}): ${outcome}`,
  ...problems.map(({ level, message }) => `  ${level}: ${message}`),
  ...(metrics.length === 0 ? [] : textTable([HEAD, ...metrics.map(rowOf)], NUMBERS)),
  '',
];

/** A comparison for a terminal: one table for each candidate. */
export const comparisonText = ({ baseline, candidates }: Comparison): string =>
  [
    `baseline ${nameOf(baseline)} (${baseline.id})${baseline.simulated === true ? ', simulated' : ''}`,
    ...candidates.flatMap(candidateLines),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
