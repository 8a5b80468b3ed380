import { ApiProblem, type Connection, type Run } from '../connection.js';
import { el } from '../element.js';
import { loadDocument } from '../form/api-document.js';

export interface Filter {
  status: Run['status'] | '';
  kind: Run['kind'] | '';
  /** key:value, or key alone. */
  label: string;
}

/** The service refuses what it does not know, and the list shows its sentence. */
export const filterOf = (query: URLSearchParams): Filter => ({
  status: (query.get('status') ?? '') as Filter['status'],
  kind: (query.get('kind') ?? '') as Filter['kind'],
  label: query.get('label') ?? '',
});

/** Choices for each field of a filter; statuses and kinds are those of the service's document. */
export function filterBar(
  connection: Connection,
  filter: Filter,
  change: (filter: Record<keyof Filter, string>) => void,
): HTMLElement {
  const status = el('select', { id: 'filter-status' }, el('option', { value: '' }, 'any'));
  const kind = el('select', { id: 'filter-kind' }, el('option', { value: '' }, 'any'));
  const label = el('input', {
    id: 'filter-label',
    type: 'search',
    placeholder: 'key:value',
    value: filter.label,
    spellcheck: 'false',
  });
  const offer = (select: HTMLSelectElement, values: readonly string[], chosen: string) => {
    const all = chosen === '' || values.includes(chosen) ? values : [...values, chosen];
    select.append(...all.map((value) => el('option', { value }, value)));
    select.value = chosen;
  };
  loadDocument(connection).then(
    (document) => {
      offer(status, document.enumOf('RunStatus'), filter.status);
      offer(kind, document.enumOf('WorkloadKind'), filter.kind);
    },
    (error: unknown) => {
      if (!(error instanceof ApiProblem)) throw error;
    },
  );
  const changed = () => change({ status: status.value, kind: kind.value, label: label.value.trim() });
  for (const input of [status, kind, label]) input.addEventListener('change', changed);
  const field = (text: string, input: HTMLElement) =>
    el('div', { class: 'field' }, el('label', { for: input.id }, text), input);
  return el(
    'form',
    { class: 'filter', role: 'search', on: { submit: (event) => event.preventDefault() } },
    field('Status', status),
    field('Kind', kind),
    field('Label', label),
  );
}
