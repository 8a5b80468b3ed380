import { hasEnded, simulatedBadge, statusBadge, validityBadge, verdictBadge } from '../badges.js';
import { nowMs } from '../clock.js';
import type { Run } from '../connection.js';
import { type Child, el, fill } from '../element.js';
import { formatDuration, formatTime, shortId } from '../format.js';
import { formatRoute, runRoute } from '../route.js';
import { progressOf } from '../runs/run-progress.js';
import { type ActionParts, runActions } from './run-actions.js';

/** Name, badges, buttons, and what a reader has to know first: why it waits, why it failed, why not to believe it. */
export class RunHead {
  readonly element = el('section', { class: 'run-head', 'aria-label': 'Run' });
  private readonly bar = el('progress', { max: 1, 'aria-label': 'how far the run is' });
  private readonly buttons = el('div', { class: 'buttons' });
  private buttonsFor = '';

  constructor(private readonly parts: ActionParts) {}

  /** `completed`: operations so far. */
  show(run: Run, completed: number): void {
    // Buttons are made anew only when they differ, so that none is lost under a finger.
    if (this.buttonsFor !== run.status) fill(this.buttons, runActions(run, this.parts));
    this.buttonsFor = run.status;
    const share = hasEnded(run) ? null : progressOf(run, nowMs(), completed);
    if (share !== null) this.bar.value = share;
    fill(
      this.element,
      el('div', { class: 'head' }, el('h1', {}, run.name ?? `${run.kind} ${shortId(run.id)}`), this.buttons),
      el(
        'div',
        { class: 'badges' },
        badgeOf('Status', statusBadge(run.status)),
        badgeOf('Verdict', verdictBadge(run.verdict)),
        badgeOf('Validity', validityBadge(run.validity)),
        simulatedBadge(run.simulated),
      ),
      share === null ? null : this.bar,
      facts(run),
      notes(run),
    );
  }
}

const badgeOf = (name: string, badge: HTMLElement): HTMLElement =>
  el('span', { class: 'named' }, el('span', { class: 'quiet' }, name), ' ', badge);

function facts(run: Run): HTMLElement {
  const lasted = run.startedAtMs === null ? null : (run.endedAtMs ?? nowMs()) - run.startedAtMs;
  const entries: [string, Child][] = [
    ['Kind', run.kind],
    ['Id', el('code', {}, run.id)],
    ['Target', targetOf(run)],
    ['Created', formatTime(run.createdAtMs)],
    ['Started', run.startedAtMs === null ? null : formatTime(run.startedAtMs)],
    ['Time', lasted === null ? null : formatDuration(lasted)],
    [
      'Part of',
      run.parentId === null
        ? null
        : [el('a', { href: runRoute(run.parentId) }, shortId(run.parentId)), ` ${run.step ?? ''}`],
    ],
    ['Again for', run.rerunOf === null ? null : el('a', { href: runRoute(run.rerunOf) }, shortId(run.rerunOf))],
    ['Labels', labelsOf(run)],
  ];
  return el(
    'dl',
    { class: 'facts' },
    entries
      .filter(([, value]) => value !== null)
      .map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  );
}

const targetOf = ({ target }: Run): string | null => target?.contactPoints.join(', ') ?? null;

function labelsOf({ labels }: Run): Child {
  const entries = Object.entries(labels);
  if (entries.length === 0) return null;
  return entries.map(([key, value]) =>
    el('a', { class: 'label', href: formatRoute([], { label: `${key}:${value}` }) }, `${key}:${value}`),
  );
}

function notes(run: Run): Child {
  const { waiting, problem, validity, statusHistory } = run;
  const end = statusHistory.at(-1);
  return [
    waiting && el('div', { class: 'note', role: 'status' }, `Waits at place ${waiting.position}: ${waiting.reason}`),
    problem && el('div', { class: 'note bad' }, el('strong', {}, problem.title), ` ${problem.detail}`),
    (run.status === 'cancelled' || run.status === 'interrupted') &&
      end !== undefined &&
      el('div', { class: 'note' }, `${run.status} by ${end.actor}: ${end.reason}`),
    validity !== null &&
      validity.reasons.length > 0 &&
      el(
        'div',
        { class: `note ${validity.level === 'invalid' ? 'bad' : 'warn'}` },
        el('strong', {}, validity.level === 'invalid' ? 'Not to be believed' : 'To be read with care'),
        el(
          'ul',
          {},
          validity.reasons.map(({ code, message }) => el('li', {}, el('code', {}, code), ` ${message}`)),
        ),
      ),
  ];
}
