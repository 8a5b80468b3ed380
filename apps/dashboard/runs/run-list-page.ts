import { ApiProblem, type Run } from '../connection.js';
import { el, fill } from '../element.js';
import type { PageParts } from '../page.js';
import { poll } from '../polling.js';
import { problemNote } from '../problem-note.js';
import { formatRoute } from '../route.js';
import { type Filter, filterBar, filterOf } from './run-filter.js';
import { runTable } from './run-table.js';

const PAGE_SIZE = 25;
const REFRESH_MS = 3000;

/** All runs that belong to no other, newest first; the first page is kept up to date. */
export function runListPage({ connection, route, signal, setTitle }: PageParts): HTMLElement {
  setTitle('Runs');
  const filter = filterOf(route.query);
  const list = el('div', { class: 'list' });
  const trouble = el('div');
  const more = el('button', { type: 'button', hidden: true }, 'Older runs');
  let newest: readonly Run[] = [];
  let older: readonly Run[] = [];
  let cursor: string | null = null;

  const page = (from: string | undefined) =>
    connection.ask(
      connection.client.GET('/v1/runs', {
        params: { query: { ...asQuery(filter), limit: PAGE_SIZE, ...(from === undefined ? {} : { cursor: from }) } },
        signal,
      }),
    );
  const render = () => {
    const known = new Set(newest.map(({ id }) => id));
    const runs = [...newest, ...older.filter(({ id }) => !known.has(id))];
    fill(list, runs.length === 0 ? nothing(filter) : runTable(runs));
    more.hidden = cursor === null;
  };
  const guarded = async (work: () => Promise<void>) => {
    try {
      await work();
      fill(trouble);
      render();
    } catch (error) {
      if (!signal.aborted && error instanceof ApiProblem) fill(trouble, problemNote(error));
    }
  };
  const refresh = () =>
    guarded(async () => {
      const { items, nextCursor } = await page(undefined);
      newest = items;
      // Once older pages are shown, theirs is the cursor to go on from.
      if (older.length === 0) cursor = nextCursor;
    });
  const goOn = () =>
    guarded(async () => {
      const { items, nextCursor } = await page(cursor ?? undefined);
      older = [...older, ...items];
      cursor = nextCursor;
    });
  more.addEventListener('click', () => void goOn());
  void poll(refresh, REFRESH_MS, signal);
  return el(
    'div',
    {},
    el(
      'div',
      { class: 'head' },
      el('h1', {}, 'Runs'),
      el('a', { class: 'button primary', href: '#/start' }, 'Start a run'),
    ),
    filterBar(connection, filter, (changed) => (location.hash = formatRoute([], { ...changed }))),
    trouble,
    list,
    more,
  );
}

function asQuery({ status, kind, label }: Filter) {
  return {
    parent: 'none',
    ...(status === '' ? {} : { status }),
    ...(kind === '' ? {} : { kind }),
    ...(label === '' ? {} : { label }),
  };
}

const nothing = (filter: Filter): HTMLElement =>
  el(
    'p',
    { class: 'empty' },
    Object.values(filter).some((value) => value !== '')
      ? 'No run is like that.'
      : 'There are no runs yet. Start one here, by POST /v1/runs, or with the command line.',
  );
