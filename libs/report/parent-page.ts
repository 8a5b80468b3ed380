import type { Summary } from '#libs/contract/summary.js';
import type { Probed, SearchReport } from '#libs/workloads/search/search.schema.js';
import type { SuiteReport } from '#libs/workloads/suite/suite.schema.js';
import { parentTable, searchResult } from '#libs/workloads/parent/parent-text.js';
import { latencyPlot } from './latency-plot.js';
import { escaped } from './markup.js';
import { factsOf, markupTable, pageOf } from './page.js';

/** What a page says of the run itself. */
export interface PageHead {
  id: string;
  name: string | null;
  kind: string;
  status: string;
  labels: Readonly<Record<string, string>>;
  /** `host:port` of the target; empty without one. */
  contactPoints: readonly string[];
}

const instant = (atMs: number | null): string =>
  atMs === null ? '-' : `${new Date(atMs).toISOString().slice(0, 19)}Z`;

const LATENCIES = [
  ['p50', 'p50Ms'],
  ['p95', 'p95Ms'],
  ['p99', 'p99Ms'],
  ['max', 'maxMs'],
] as const satisfies readonly (readonly [string, keyof Probed])[];

function searchPart(report: SearchReport): string {
  const probes = report.probes.filter(({ outcome }) => outcome === 'met' || outcome === 'missed');
  const lines = LATENCIES.map(([name, field]) => ({
    name,
    points: probes.map((probe) => ({ ratePerSecond: probe.ratePerSecond, latencyMs: probe[field] })),
  }));
  const { highestPerSecond } = report;
  const marks =
    report.type === 'sweep' || highestPerSecond === null ? [] : [{ ratePerSecond: highestPerSecond, name: 'met' }];
  const result = report.type === 'limit' ? `<p>${escaped(searchResult(report))}</p>` : '';
  return `${result}<p>${escaped(report.explanation)}</p><h2>Latency against rate</h2>${latencyPlot({ lines, marks })}<p>Latency counts from when an operation was due.</p>`;
}

const DOWNLOADS = '<p class="faint">The same as <a href="report.json">JSON</a> and <a href="report.csv">CSV</a>.</p>';

const suitePart = ({ succeeded, failed, skipped }: SuiteReport): string =>
  `<p>${succeeded} steps succeeded, ${failed} failed, ${skipped} were left out.</p>`;

/** The name of a step or probe, as a link to its own page where it has run. */
const linked = (name: string, runId: string | null): string =>
  runId === null ? escaped(name) : `<a href="../${encodeURIComponent(runId)}/report">${escaped(name)}</a>`;

const runsOf = (report: SuiteReport | SearchReport): Map<string, string | null> =>
  new Map(
    report.kind === 'suite'
      ? report.steps.map(({ step, runId }) => [step, runId])
      : report.probes.map(({ probe, runId }) => [probe, runId]),
  );

/** A suite or a search as one HTML page: what came of it, a table of its steps or probes, and why which of them failed. */
export function parentPage(head: PageHead, report: SuiteReport | SearchReport, summary: Summary | null): string {
  const { header, rows } = parentTable(report);
  const runs = runsOf(report);
  const cells = rows.map(([name = '', ...rest]) => [linked(name, runs.get(name) ?? null), ...rest.map(escaped)]);
  const facts: [string, string][] = [
    ['Run', head.id],
    ['Status', head.status],
    ['Verdict', summary?.verdict ?? 'none'],
    ['Validity', summary?.validity.level ?? 'not known yet'],
    ['Target', head.contactPoints.join(', ') || 'none'],
    [
      'Labels',
      Object.entries(head.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || 'none',
    ],
    ['Begun', instant(summary?.startedAtMs ?? null)],
    ['Ended', instant(summary?.endedAtMs ?? null)],
    ...(summary?.simulated === true
      ? ([['Simulated', 'yes: the figures say nothing of a database']] as [string, string][])
      : []),
  ];
  const reasons = [
    ...(report.kind === 'suite' ? report.steps : report.probes).flatMap((one) =>
      one.reason === null ? [] : [`${'step' in one ? one.step : one.probe}: ${one.reason}`],
    ),
    ...(summary?.validity.reasons ?? []).map(({ level, message }) => `${level}: ${message}`),
  ];
  const list =
    reasons.length === 0 ? '' : `<h2>Remarks</h2><ul>${reasons.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`;
  const part = report.kind === 'search' ? searchPart(report) : suitePart(report);
  const heading = report.kind === 'search' ? 'Probes' : 'Steps';
  return pageOf(
    head.name ?? `${head.kind} ${head.id}`,
    `${factsOf(facts)}${DOWNLOADS}${part}<h2>${heading}</h2>${markupTable(header, cells)}${list}`,
  );
}
