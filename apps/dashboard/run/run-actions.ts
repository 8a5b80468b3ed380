import { hasEnded } from '../badges.js';
import { confirmed } from '../confirm.js';
import type { Connection, Run } from '../connection.js';
import { el } from '../element.js';
import { newIdempotencyKey } from '../idempotency-key.js';
import { formatRoute, runRoute } from '../route.js';

export interface ActionParts {
  connection: Connection;
  /** Does a call and shows what is wrong with it. */
  attempt: (work: () => Promise<void>) => Promise<void>;
  /** After a call that has changed the run. */
  changed: () => Promise<unknown>;
}

const isParent = ({ kind }: Run): boolean => kind === 'suite' || kind === 'search';

/** What can be done with a run, as buttons. */
export function runActions(run: Run, parts: ActionParts): HTMLElement[] {
  const { attempt, connection } = parts;
  const { client } = connection;
  const button = (text: string, style: string, work: () => Promise<void>) =>
    el('button', { type: 'button', class: style, on: { click: () => void attempt(work) } }, text);
  const likeIt = el('a', { class: 'button', href: formatRoute(['start'], { like: run.id }) }, 'Start one like it');
  if (!hasEnded(run)) return [button('Cancel', 'danger', () => cancel(run, parts)), likeIt];
  // One key for each button that was drawn: a double click makes one run.
  const params = { path: { id: run.id }, header: { 'Idempotency-Key': newIdempotencyKey() } };
  const resumes = isParent(run) && run.status !== 'completed';
  const again = async () => {
    const made = resumes
      ? client.POST('/v1/runs/{id}/resume', { params })
      : client.POST('/v1/runs/{id}/rerun', { params, body: {} });
    location.hash = runRoute((await connection.ask(made)).id);
  };
  return [
    button(resumes ? 'Resume' : 'Run again', 'primary', again),
    likeIt,
    button('Delete', '', () => remove(run, parts)),
  ];
}

async function cancel({ id }: Run, { connection, changed }: ActionParts): Promise<void> {
  const reason = await confirmed({
    title: 'Cancel the run?',
    text: 'It stops within a second. What was measured is kept.',
    yes: 'Cancel the run',
    reason: 'Reason, for its history (optional)',
  });
  if (reason === null) return;
  const body = reason === '' ? {} : { reason };
  await connection.ask(connection.client.POST('/v1/runs/{id}/cancel', { params: { path: { id } }, body }));
  await changed();
}

async function remove({ id }: Run, { connection }: ActionParts): Promise<void> {
  const text = 'Everything that was measured in it goes, too. This cannot be undone.';
  if ((await confirmed({ title: 'Delete the run?', text, yes: 'Delete' })) === null) return;
  await connection.done(connection.client.DELETE('/v1/runs/{id}', { params: { path: { id } } }));
  location.hash = '#/';
}
