import type { ThresholdResult } from '#libs/contract/summary.js';
import { escaped } from './markup.js';
import { durationText, instantText, rateText, shareText } from './number-text.js';
import { factsOf, tableOf } from './page.js';
import type { RunPicture } from './picture/run-picture.js';

const VERDICT_CLASS = { passed: 'is-good', failed: 'is-bad', none: '' } as const;
const VALIDITY_CLASS = { valid: 'is-good', degraded: 'is-warn', invalid: 'is-bad' } as const;
const ENDED_BADLY = new Set(['failed', 'interrupted']);

const listOf = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;

const boxOf = (name: string, value: string, style: string, lines: readonly string[]): string =>
  `<div class="${style}"><small>${escaped(name)}</small><b>${escaped(value)}</b>${listOf(lines)}</div>`;

const limitOf = ({ threshold }: ThresholdResult): string =>
  `${threshold.operation === 'total' ? '' : `${threshold.operation} `}${threshold.metric} ${threshold.operator} ${threshold.value}${threshold.unit === undefined ? '' : ` ${threshold.unit}`}`;

/** How it ended, whether it met its limits, whether it can be believed, and whether anything real was measured: side by side. */
export function verdicts({ run, summary }: RunPicture): string {
  const validity = run.validity;
  const missed = (summary?.thresholds ?? []).filter(({ passed }) => !passed).map(limitOf);
  const met = (summary?.thresholds ?? []).length - missed.length;
  const said =
    run.verdict === 'none'
      ? ['no thresholds were set']
      : [...missed.map((limit) => `missed: ${limit}`), ...(met > 0 ? [`${met} met`] : [])];
  return `<div class="verdicts">${[
    boxOf('Status', run.status, ENDED_BADLY.has(run.status) ? 'is-bad' : '', run.problem ? [run.problem.detail] : []),
    boxOf('Verdict', run.verdict, VERDICT_CLASS[run.verdict], said),
    boxOf(
      'Validity',
      validity?.level ?? 'not known yet',
      validity ? VALIDITY_CLASS[validity.level] : '',
      (validity?.reasons ?? []).map(({ level, message }) => `${level}: ${message}`),
    ),
    run.simulated === true
      ? boxOf('Target', 'simulated', 'is-warn', ['These figures say nothing about any database.'])
      : '',
  ].join('')}</div>`;
}

const targetOf = ({ run }: RunPicture): string => {
  if (run.target === null) return 'none';
  const { contactPoints, port } = run.target;
  return contactPoints.map((each) => (each.includes(':') ? each : `${each}:${port}`)).join(', ');
};

const labelsOf = ({ run }: RunPicture): string =>
  Object.entries(run.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ') || 'none';

/** Everything about a run that is said in a line. */
export function headFacts(picture: RunPicture): [string, string][] {
  const { run, summary, targetSays, seconds, slotMs, gaps } = picture;
  const { startedAtMs, endedAtMs } = run;
  const cpuUs = summary?.clientCpuUsPerOperation ?? null;
  return [
    ['Run', run.id],
    ['Kind', run.kind],
    ...(run.benchmark
      ? ([['Benchmark', `${run.benchmark.id}, version ${run.benchmark.version}`]] as [string, string][])
      : []),
    ...(run.parentId === null ? [] : ([['Part of', `${run.parentId}, ${run.step ?? ''}`]] as [string, string][])),
    ['Target', targetOf(picture)],
    ...(targetSays === null ? [] : ([['Target says', targetSays]] as [string, string][])),
    ['Labels', labelsOf(picture)],
    ['Executors', String(run.placement.executors)],
    ['Begun', instantText(startedAtMs)],
    ['Ended', instantText(endedAtMs)],
    ['Measured for', durationText(summary === null ? seconds : summary.durationMs / 1000)],
    [
      'Coverage',
      summary === null
        ? 'not known yet'
        : `${shareText(summary.coverage)}${gaps.length === 0 ? '' : `; ${gaps.length} gaps, which the charts show`}`,
    ],
    ['Client CPU', cpuUs === null ? '-' : `${rateText(cpuUs)} µs for an operation`],
    ['A point is', `${rateText(slotMs / 1000)} s${slotMs > 0 ? ', from merged histograms' : ''}`],
  ];
}

/** The head of a page over one run. */
export const headOf = (picture: RunPicture): string => `${verdicts(picture)}${factsOf(headFacts(picture))}`;

/** Shares are compared with limits such as 0.001: two decimals would show none. */
const foundText = (value: number): string =>
  Math.abs(value) < 1 ? value.toLocaleString('en-US', { maximumSignificantDigits: 4 }) : rateText(value);

/** The limits and what came. */
export function thresholdTable({ summary }: RunPicture): string {
  const rows = (summary?.thresholds ?? []).map((result) => [
    limitOf(result),
    result.actual === null ? 'not measured' : foundText(result.actual),
    result.passed ? 'met' : 'missed',
  ]);
  return tableOf(['Limit', 'found', ''], rows);
}
