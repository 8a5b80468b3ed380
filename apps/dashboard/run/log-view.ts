import type { Schemas } from '../connection.js';
import { el } from '../element.js';
import { formatTime } from '../format.js';

type LogLine = Schemas['LogLine'];

const MOST_LINES = 500;

/** The last lines of a run's log; each comes once, whoever brings it. */
export class LogView {
  private readonly list = el('ol', { class: 'log', tabindex: '0', 'aria-label': 'Log lines' });
  readonly element = el('details', { class: 'panel', hidden: true }, el('summary', {}, 'Log'), this.list);
  private lastId = 0;

  add(lines: readonly LogLine[]): void {
    const fresh = lines.filter(({ id }) => id > this.lastId);
    if (fresh.length === 0) return;
    this.lastId = Math.max(...fresh.map(({ id }) => id));
    this.element.hidden = false;
    this.list.append(...fresh.slice(-MOST_LINES).map(lineOf));
    while (this.list.childElementCount > MOST_LINES) this.list.firstElementChild?.remove();
    this.list.scrollTop = this.list.scrollHeight;
  }
}

const lineOf = ({ atMs, level, source, message }: LogLine): HTMLElement =>
  el(
    'li',
    { class: level },
    el('time', {}, formatTime(atMs).slice(11)),
    ' ',
    el('span', { class: 'quiet' }, source),
    ' ',
    level === 'info' ? null : el('strong', {}, `${level} `),
    message,
  );
