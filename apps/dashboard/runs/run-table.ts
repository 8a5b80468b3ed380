import { hasEnded, simulatedBadge, statusBadge, validityBadge, verdictBadge } from '../badges.js';
import { nowMs } from '../clock.js';
import type { Run } from '../connection.js';
import { type Child, el } from '../element.js';
import { formatAgo, formatDuration, formatTime, shortId } from '../format.js';
import { runRoute } from '../route.js';
import { progressOf } from './run-progress.js';

const HEADS = ['Run', 'Status', 'Verdict', 'Validity', 'Time', 'Created'];

/** A row for each run; on a narrow screen each becomes a card, whose lines are named by `data-head`. */
export function runTable(runs: readonly Run[]): HTMLElement {
  const atMs = nowMs();
  const cell = (head: string, ...children: readonly Child[]) => el('td', { 'data-head': head }, ...children);
  return el(
    'table',
    { class: 'cards runs' },
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        HEADS.map((head) => el('th', { scope: 'col' }, head)),
      ),
    ),
    el(
      'tbody',
      {},
      runs.map((run) =>
        el(
          'tr',
          { 'data-run': run.id },
          el('th', { scope: 'row' }, nameCell(run)),
          cell('Status', statusBadge(run.status)),
          cell('Verdict', verdictBadge(run.verdict)),
          cell('Validity', validityBadge(run.validity), simulatedBadge(run.simulated)),
          cell('Time', timeCell(run, atMs)),
          cell('Created', el('time', { title: formatTime(run.createdAtMs) }, formatAgo(atMs - run.createdAtMs))),
        ),
      ),
    ),
  );
}

function nameCell(run: Run): Child {
  const labels = Object.entries(run.labels);
  return [
    el('a', { href: runRoute(run.id) }, run.name ?? `${run.kind} ${shortId(run.id)}`),
    el(
      'div',
      { class: 'under' },
      el('span', { class: 'kind' }, run.kind),
      labels.map(([key, value]) => el('span', { class: 'label' }, `${key}:${value}`)),
    ),
  ];
}

function timeCell(run: Run, atMs: number): Child {
  if (run.waiting !== null)
    return el('span', { class: 'quiet', title: run.waiting.reason }, `waits, place ${run.waiting.position}`);
  if (run.startedAtMs === null) return '–';
  const lasted = formatDuration((run.endedAtMs ?? atMs) - run.startedAtMs);
  const share = hasEnded(run) ? null : progressOf(run, atMs, null);
  if (share === null) return lasted;
  return [lasted, ' ', el('progress', { max: 1, value: share.toFixed(3), 'aria-label': 'how far the run is' })];
}
