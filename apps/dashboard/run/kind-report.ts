import type { Schemas } from '../connection.js';
import { type Child, el } from '../element.js';
import { formatCount, formatFigure } from '../format.js';

/** Words of a report's own name: connectionLosses -> connection losses. */
const words = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? formatCount(value) : formatFigure(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' && value !== '' ? value : null;
}

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * What a kind found beside its intervals, whatever kind it is: single figures by their names, the rest as JSON. Suites and
 * searches have a view of their own.
 */
export function kindReport(report: Schemas['RunReport'] | undefined): Child {
  if (report === undefined || report.kind === 'suite' || report.kind === 'search') return null;
  const entries = Object.entries(report).filter(([name, value]) => name !== 'kind' && !isEmpty(value));
  const single = entries.flatMap(([name, value]) => {
    const text = textOf(value);
    return text === null ? [] : [el('div', {}, el('dt', {}, words(name)), el('dd', {}, text))];
  });
  const parts = Object.fromEntries(entries.filter(([, value]) => typeof value === 'object'));
  if (entries.length === 0) return null;
  return [
    el('h2', {}, `What the ${report.kind} run found`),
    el('dl', { class: 'facts' }, single),
    Object.keys(parts).length > 0 &&
      el(
        'details',
        { class: 'panel' },
        el('summary', {}, Object.keys(parts).map(words).join(', ')),
        el('pre', { tabindex: '0' }, JSON.stringify(parts, null, 2)),
      ),
  ];
}
