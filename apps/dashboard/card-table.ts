import { type Child, el } from './element.js';

/** A table whose rows become cards on a narrow screen. The first cell of a row names it; a cell without a head has no label. */
export function cardTable(heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  const headRow = el(
    'tr',
    {},
    heads.map((head) => el('th', { scope: 'col' }, head)),
  );
  const cell = (content: Child, index: number) =>
    index === 0 ? el('th', { scope: 'row' }, content) : el('td', { 'data-head': heads[index] || null }, content);
  return el(
    'table',
    { class: 'cards' },
    el('thead', {}, headRow),
    el(
      'tbody',
      {},
      rows.map((cells) => el('tr', {}, cells.map(cell))),
    ),
  );
}
