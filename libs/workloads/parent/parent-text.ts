import type { Probed, SearchReport } from '../search/search.schema.js';
import type { SuiteReport, SuiteStepReport } from '../suite/suite.schema.js';
import { textTable } from './text-table.js';

const NONE = '-';

const count = (value: number | null): string => (value === null ? NONE : Math.round(value).toLocaleString('en-US'));
const milliseconds = (value: number | null): string => (value === null ? NONE : value.toFixed(2));
const seconds = (fromMs: number | null, toMs: number | null): string =>
  fromMs === null || toMs === null ? NONE : ((toMs - fromMs) / 1000).toFixed(1);

const STEP_HEADER = [
  'step',
  'kind',
  'status',
  'verdict',
  'validity',
  's',
  'operations',
  'op/s',
  'p50 ms',
  'p99 ms',
  'failed',
];
const STEP_NUMBERS = new Set([5, 6, 7, 8, 9, 10]);

const stepRow = (step: SuiteStepReport): string[] => [
  step.step,
  step.kind,
  step.reused ? `${step.status} before` : step.status,
  step.verdict === 'none' ? NONE : step.verdict,
  step.validity ?? NONE,
  seconds(step.startedAtMs, step.endedAtMs),
  count(step.operations),
  count(step.ratePerSecond),
  milliseconds(step.p50Ms),
  milliseconds(step.p99Ms),
  count(step.failed),
];

const suiteLines = ({ steps, succeeded, failed, skipped }: SuiteReport): string[] => [
  ...steps.flatMap(({ step, reason }) => (reason === null ? [] : [`${step}: ${reason}`])),
  `${succeeded} steps succeeded, ${failed} failed, ${skipped} were left out`,
];

const PROBE_HEADER = [
  'probe',
  'asked op/s',
  'done op/s',
  'outcome',
  'mean ms',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'p99.9 ms',
  'max ms',
  'failed',
  'dropped',
];
const PROBE_NUMBERS = new Set([1, 2, 4, 5, 6, 7, 8, 9, 10, 11]);

const probeRow = (probe: Probed): string[] => [
  probe.probe,
  count(probe.ratePerSecond),
  count(probe.achievedPerSecond),
  probe.limitedBy === null ? probe.outcome : `${probe.outcome} (${probe.limitedBy})`,
  ...[probe.meanMs, probe.p50Ms, probe.p95Ms, probe.p99Ms, probe.p999Ms, probe.maxMs].map(milliseconds),
  count(probe.failed),
  count(probe.dropped),
];

/** What a search has found, in one line. */
export function searchResult({ highestPerSecond, confidence }: SearchReport): string {
  if (highestPerSecond === null) return 'highest rate: none met the thresholds';
  const interval =
    confidence === null
      ? ''
      : `; the limit lies between ${count(confidence.fromPerSecond)} and ${count(confidence.toPerSecond)} with ${100 * confidence.level} %`;
  return `highest rate: ${count(highestPerSecond)} per second${interval}`;
}

const searchLines = (report: SearchReport): string[] => [
  ...(report.type === 'limit' ? [searchResult(report)] : []),
  `ended by ${report.stoppedBy}: ${report.explanation}`,
];

/** The steps in turn, or the probes by rate, as cells. */
export const parentTable = (report: SuiteReport | SearchReport): { header: string[]; rows: string[][] } =>
  report.kind === 'suite'
    ? { header: STEP_HEADER, rows: report.steps.map(stepRow) }
    : { header: PROBE_HEADER, rows: report.probes.toSorted((a, b) => a.ratePerSecond - b.ratePerSecond).map(probeRow) };

/** A suite or a search as a table and what came of it. */
export function reportLines(report: SuiteReport | SearchReport): string[] {
  const { header, rows } = parentTable(report);
  const table = textTable([header, ...rows], report.kind === 'suite' ? STEP_NUMBERS : PROBE_NUMBERS);
  return [...table, ...(report.kind === 'suite' ? suiteLines(report) : searchLines(report))];
}
