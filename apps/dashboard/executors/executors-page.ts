import { cardTable } from '../card-table.js';
import { nowMs } from '../clock.js';
import { ApiProblem, type Schemas } from '../connection.js';
import { type Child, el, fill } from '../element.js';
import { formatAgo, formatMs, shortId } from '../format.js';
import type { PageParts } from '../page.js';
import { poll } from '../polling.js';
import { problemNote } from '../problem-note.js';
import { runRoute } from '../route.js';

type Executor = Schemas['Executor'];

const REFRESH_MS = 3000;
const HEADS = ['Executor', 'State', 'Works on', 'Labels', 'Host', 'Clock behind', 'Heard of', ''];

/** Who is there to carry out runs. */
export function executorsPage({ connection, signal, setTitle }: PageParts): HTMLElement {
  setTitle('Executors');
  const list = el('div', { class: 'list' });
  const trouble = el('div');
  const guarded = async (work: () => Promise<unknown>) => {
    try {
      await work();
      fill(trouble);
    } catch (error) {
      if (!signal.aborted && error instanceof ApiProblem) fill(trouble, problemNote(error));
    }
  };
  const refresh = () =>
    guarded(async () => {
      const { items } = await connection.ask(connection.client.GET('/v1/executors', { signal }));
      fill(list, items.length === 0 ? nobody() : table(items, toggle));
    });
  const toggle = async ({ id, draining }: Executor) => {
    const options = { params: { path: { id } } };
    await guarded(() =>
      connection.ask(
        draining
          ? connection.client.POST('/v1/executors/{id}/resume', options)
          : connection.client.POST('/v1/executors/{id}/drain', options),
      ),
    );
    await refresh();
  };
  void poll(refresh, REFRESH_MS, signal);
  return el('div', {}, el('div', { class: 'head' }, el('h1', {}, 'Executors')), trouble, list);
}

const nobody = (): HTMLElement =>
  el('p', { class: 'empty' }, 'No executor has registered yet; ', el('code', {}, 'tidemark executor'), ' starts one.');

function table(executors: readonly Executor[], toggle: (executor: Executor) => Promise<void>): HTMLElement {
  const atMs = nowMs();
  const sorted = executors.toSorted((a, b) => Number(b.alive) - Number(a.alive) || a.id.localeCompare(b.id));
  return cardTable(
    HEADS,
    sorted.map((executor) => row(executor, atMs, toggle)),
  );
}

function row(executor: Executor, atMs: number, toggle: (executor: Executor) => Promise<void>): Child[] {
  const { id, alive, runId, draining, labels, hostname, pid, cores, clockOffsetMs, aliveAtMs } = executor;
  const state = !alive
    ? ['muted', 'gone']
    : draining
      ? ['warn', 'draining']
      : runId
        ? ['active', 'busy']
        : ['good', 'idle'];
  return [
    id,
    el('span', { class: `badge ${state[0]}` }, state[1]),
    runId === null ? '–' : el('a', { href: runRoute(runId) }, shortId(runId)),
    Object.entries(labels).map(([key, value]) => el('span', { class: 'label' }, `${key}:${value}`)),
    `${hostname}, ${cores} cores, process ${pid}`,
    formatMs(clockOffsetMs),
    formatAgo(atMs - aliveAtMs),
    alive &&
      el(
        'button',
        { type: 'button', class: 'small', on: { click: () => void toggle(executor) } },
        draining ? 'Resume' : 'Drain',
      ),
  ];
}
