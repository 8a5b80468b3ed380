import type { ComparedCandidate, ComparedRun, Comparison, MetricComparison } from '#libs/contract/comparison.js';
import { escaped } from './markup.js';
import { instantText, msText, rateText, shareText } from './number-text.js';
import { factsOf, markupTable, pageOf } from './page.js';

const OUTCOME_CLASS = {
  better: 'is-good',
  worse: 'is-bad',
  mixed: 'is-warn',
  same: '',
  unknown: '',
  incomparable: 'is-bad',
} as const;
const CHANGE_CLASS = { better: 'good', worse: 'bad', none: '', unknown: 'faint' } as const;

const RULES =
  'A change is what the confidence interval of the difference (95 %, block bootstrap over stretches of the run) and the ranks of the stretches (Mann and Whitney, p adjusted after Benjamini and Hochberg; effect: Cliff’s delta) agree on, and what is larger than the tolerance. Percentiles come from merged histograms.';

export const nameOf = ({ name, id }: Pick<ComparedRun, 'name' | 'id'>): string => name ?? id;

/** A figure in the unit of its metric, with its sign where it is a difference. */
export function figureText(
  { metric }: Pick<MetricComparison, 'metric'>,
  value: number | null,
  isDifference = false,
): string {
  if (value === null) return '-';
  const size = Math.abs(value);
  const text = metric.endsWith('Ratio') ? shareText(size) : metric.endsWith('Ms') ? msText(size) : rateText(size);
  if (!isDifference) return text;
  return value < 0 ? `-${text}` : value > 0 ? `+${text}` : text;
}

export const percentText = (percent: number | null): string =>
  percent === null ? '-' : `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`;

const CLOCKS = { responseTime: 'response', serviceTime: 'service' } as const;

/** Operation, metric and clock in words. */
export const metricText = ({ metric, clock }: MetricComparison): string =>
  clock === null ? metric : `${metric} ${CLOCKS[clock]}`;

const rowOf = (metric: MetricComparison): string[] => {
  const {
    operation,
    baseline,
    candidate,
    difference,
    differencePercent,
    confidenceInterval,
    effect,
    test,
    change,
    note,
  } = metric;
  const interval =
    confidenceInterval === null
      ? '-'
      : `${figureText(metric, confidenceInterval.from, true)} to ${figureText(metric, confidenceInterval.to, true)}`;
  const style = CHANGE_CLASS[change];
  return [
    escaped(operation),
    escaped(metricText(metric)),
    figureText(metric, baseline),
    figureText(metric, candidate),
    figureText(metric, difference, true),
    percentText(differencePercent),
    interval,
    effect === null ? '-' : `${effect.delta.toFixed(2)} ${effect.size}`,
    test === null ? '-' : test.pAdjusted < 0.001 ? '&lt; 0.001' : test.pAdjusted.toFixed(3),
    `<b class="${style}">${change}</b>${note === null ? '' : ` <span class="faint">${escaped(note)}</span>`}`,
  ];
};

const HEAD = [
  'Operation',
  'metric',
  'baseline',
  'candidate',
  'difference',
  '%',
  '95 % interval',
  'effect',
  'p',
  'change',
];

const runFacts = (run: ComparedRun): [string, string][] => [
  ['Run', run.id],
  ['Kind', run.kind],
  ['Status', run.status],
  ['Verdict', run.verdict],
  ['Validity', run.validity ?? 'not known'],
  ['Measured on', run.simulated === true ? 'simulated' : 'the target'],
  ['Begun', instantText(run.startedAtMs)],
  ['Samples', String(run.samples)],
];

function candidatePart({ run, outcome, problems, metrics }: ComparedCandidate): string {
  const list = problems.map(
    ({ level, message }) => `<li class="${level === 'incomparable' ? 'bad' : 'warn'}">${escaped(message)}</li>`,
  );
  const box = `<div class="verdicts"><div class="${OUTCOME_CLASS[outcome]}"><small>Against the baseline</small><b>${outcome}</b>${list.length === 0 ? '' : `<ul>${list.join('')}</ul>`}</div></div>`;
  return `<section><h2>${escaped(nameOf(run))}</h2>${box}${factsOf(runFacts(run))}${markupTable(HEAD, metrics.map(rowOf))}</section>`;
}

/** A comparison as one page; it needs nothing but itself. */
export const comparisonPage = ({ baseline, candidates, tolerancePercent }: Comparison): string =>
  pageOf(
    `Comparison with ${nameOf(baseline)}`,
    [
      `<section><h2>Baseline: ${escaped(nameOf(baseline))}</h2>${factsOf([...runFacts(baseline), ['Tolerance', `${tolerancePercent} %`]])}</section>`,
      ...candidates.map(candidatePart),
      `<p class="faint">${escaped(RULES)}</p>`,
    ].join(''),
  );
