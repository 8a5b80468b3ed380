import { cardTable } from '../card-table.js';
import type { Run, Schemas } from '../connection.js';
import { type Child, el, fill } from '../element.js';
import { formatCount, formatFigure, formatMs, formatTime } from '../format.js';
import { kindReport } from './kind-report.js';

/** Thresholds, executors, history and definition of a run: what is looked up rather than watched. */
export class RunFacts {
  private readonly results = el('section', { hidden: true });
  private readonly shards = el('section');
  private readonly history = el('details', { class: 'panel' });
  private readonly definition = el('details', { class: 'panel' });
  readonly elements = [this.results, this.shards, this.history, this.definition];

  showRun(run: Run): void {
    fill(this.shards, shardTable(run));
    const open = (element: HTMLDetailsElement, title: string, body: Child) =>
      fill(element, el('summary', {}, title), body);
    open(this.history, 'History of its status', historyTable(run));
    const { kind, name, labels, target, spec, thresholds, placement, policies } = run;
    const text = JSON.stringify({ kind, name, labels, target, spec, thresholds, placement, policies }, null, 2);
    open(this.definition, 'Definition', el('pre', { tabindex: '0' }, text));
  }

  showSummary({
    thresholds,
    findings = [],
    mismatchCount,
    startSkewMs,
    coverage,
    clientCpuUsPerOperation,
    report,
  }: Schemas['Summary']): void {
    this.results.hidden = false;
    const facts: [string, string | null][] = [
      [
        'Client CPU',
        clientCpuUsPerOperation === null ? null : `${formatFigure(clientCpuUsPerOperation)} µs per operation`,
      ],
      ['Start skew', startSkewMs === null ? null : formatMs(startSkewMs)],
      ['Coverage', `${formatFigure(coverage * 100)} %`],
      ['Mismatches', mismatchCount === 0 ? null : formatCount(mismatchCount)],
    ];
    fill(
      this.results,
      thresholds.length > 0 && [el('h2', {}, 'Thresholds'), el('ul', { class: 'bare' }, thresholds.map(thresholdLine))],
      kindReport(report),
      el('h2', {}, 'About the measurement'),
      el(
        'dl',
        { class: 'facts' },
        facts.map(([name, value]) => value !== null && el('div', {}, el('dt', {}, name), el('dd', {}, value))),
      ),
      findings.length > 0 &&
        el(
          'ul',
          {},
          findings.map(({ subject, message }) => el('li', {}, el('strong', {}, subject), ` ${message}`)),
        ),
    );
  }
}

function thresholdLine({ threshold, actual, passed }: Schemas['ThresholdResult']): HTMLElement {
  const { metric, operator, value, operation } = threshold;
  const what = [operation, metric, operator, String(value)].filter((word) => word !== undefined).join(' ');
  return el(
    'li',
    {},
    el('span', { class: `badge ${passed ? 'good' : 'bad'}` }, passed ? '✓ met' : '✗ missed'),
    ` ${what}: `,
    actual === null ? 'not measured' : `measured ${formatFigure(actual)}`,
  );
}

/** Of a suite or search there is none: its steps and probes have their own. */
function shardTable({ kind, shards }: Run): Child {
  if (shards.length === 0 || kind === 'suite' || kind === 'search') return null;
  return [
    el('h2', {}, 'Executors'),
    cardTable(
      ['Part', 'Executor', 'State', 'Started', 'Done', 'Lost before'],
      shards.map(({ index, executorId, state, startedAtMs, completed, lostExecutors = [] }) => [
        `part ${index + 1}`,
        executorId ?? '–',
        el('span', { class: `badge ${state === 'lost' ? 'bad' : 'plain'}` }, state),
        startedAtMs === null ? '–' : formatTime(startedAtMs).slice(11),
        state === 'ended' ? formatCount(completed) : '–',
        lostExecutors.join(', ') || '–',
      ]),
    ),
  ];
}

const historyTable = ({ statusHistory }: Run): HTMLElement =>
  el(
    'ol',
    { class: 'history' },
    statusHistory.map(({ atMs, to, actor, reason }) =>
      el(
        'li',
        {},
        el('time', { class: 'quiet' }, formatTime(atMs)),
        ' ',
        el('strong', {}, to),
        ` ${reason} `,
        el('span', { class: 'quiet' }, actor),
      ),
    ),
  );
