import { ApiProblem, type Connection, type Schemas } from '../connection.js';
import { el, fill } from '../element.js';
import { formatBytes, formatCompact, formatDuration } from '../format.js';
import { newIdempotencyKey } from '../idempotency-key.js';
import type { PageParts } from '../page.js';
import { problemNote } from '../problem-note.js';
import { formatRoute, runRoute } from '../route.js';
import { type ApiDocument, loadDocument } from './api-document.js';
import { type Body, bodyLike, kindsOf } from './run-body.js';
import { RunForm } from './run-form.js';

/** A form for each kind of run, made of the service's own description. */
export function startPage({ connection, route, signal, setTitle }: PageParts): HTMLElement {
  setTitle('Start a run');
  const place = el('div');
  const like = route.query.get('like');
  const build = async () => {
    const document = await loadDocument(connection);
    const body = like === null ? undefined : await likeRun(connection, document, like, signal);
    fill(place, formOf(connection, document, body, route.query.get('kind')));
  };
  build().catch((error: unknown) => {
    if (!signal.aborted) fill(place, problemNote(error));
  });
  return el('div', {}, el('div', { class: 'head' }, el('h1', {}, 'Start a run')), place);
}

async function likeRun(connection: Connection, document: ApiDocument, id: string, signal: AbortSignal): Promise<Body> {
  const options = { params: { path: { id } }, signal };
  return bodyLike(document, await connection.ask(connection.client.GET('/v1/runs/{id}', options)));
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null;

function formOf(
  connection: Connection,
  document: ApiDocument,
  like: Body | undefined,
  wanted: string | null,
): HTMLElement {
  const kinds = [...kindsOf(document).keys()];
  const examples = Object.entries(document.runExamples).flatMap(([name, { summary, value }]) =>
    isBody(value) ? [{ name, text: summary ?? name, body: value }] : [],
  );
  const likeKind = like === undefined ? wanted : String(like['kind']);
  const first = likeKind !== null && kinds.includes(likeKind) ? likeKind : (kinds[0] ?? '');
  const kind = el(
    'select',
    { id: 'start-kind' },
    kinds.map((name) => el('option', { value: name }, name)),
  );
  const example = el('select', { id: 'start-example' });
  const form = new RunForm(document);
  const outcome = new Outcome(connection, form);
  const examplesOf = () => examples.filter(({ body }) => body['kind'] === kind.value);
  const offer = () =>
    fill(
      example,
      examplesOf().map(({ name, text }) => el('option', { value: name }, text.replace(/^\w+: /, ''))),
    );
  const takeExample = () => {
    const found = examplesOf().find(({ name }) => name === example.value);
    outcome.clear();
    form.set(found?.body ?? { kind: kind.value });
  };
  kind.value = first;
  kind.addEventListener('change', () => {
    history.replaceState(null, '', formatRoute(['start'], { kind: kind.value }));
    offer();
    takeExample();
  });
  example.addEventListener('change', takeExample);
  offer();
  if (like === undefined) takeExample();
  else {
    example.prepend(el('option', { value: '', selected: true }, 'the run it is like'));
    form.set(like);
  }
  return el(
    'form',
    {
      class: 'start',
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          void outcome.submit();
        },
      },
    },
    el(
      'div',
      { class: 'filter' },
      el('div', { class: 'field' }, el('label', { for: 'start-kind' }, 'Kind'), kind),
      el('div', { class: 'field' }, el('label', { for: 'start-example' }, 'Begin with'), example),
    ),
    like !== undefined && el('p', { class: 'quiet' }, 'Passwords are never shown, so they have to be filled in again.'),
    form.element,
    outcome.element,
  );
}

/** The buttons of a form, and what the service says to what was filled in. */
class Outcome {
  private readonly said = el('div', { role: 'status' });
  readonly element = el(
    'div',
    { class: 'outcome' },
    this.said,
    el(
      'div',
      { class: 'buttons' },
      el('button', { class: 'primary' }, 'Start the run'),
      el('button', { type: 'button', on: { click: () => void this.guarded(() => this.check()) } }, 'Check it'),
    ),
  );
  /** The same until the form changes: a second click does not make a second run. */
  private key = newIdempotencyKey();

  constructor(
    private readonly connection: Connection,
    private readonly form: RunForm,
  ) {
    form.view.onChange = () => (this.key = newIdempotencyKey());
  }

  clear(): void {
    fill(this.said);
    this.form.view.clear();
    this.key = newIdempotencyKey();
  }

  submit(): Promise<void> {
    return this.guarded(async () => {
      if (!(await this.check())) return;
      const { id } = await this.send('/v1/runs', { 'Idempotency-Key': this.key });
      if (typeof id === 'string') location.hash = runRoute(id);
    });
  }

  /** Asks the service what it makes of the form. Answers whether it would take it. */
  private async check(): Promise<boolean> {
    const { valid, errors, plan } = (await this.send('/v1/runs/validate', {})) as Schemas['Validation'];
    this.form.view.clear();
    if (valid) {
      fill(this.said, plan && planNote(plan));
      return true;
    }
    this.refuse('The service would refuse it:', errors);
    return false;
  }

  private refuse(text: string, errors: readonly Schemas['Issue'][]): void {
    const list = el('div');
    fill(this.said, el('div', { class: 'note bad' }, el('strong', {}, text), list));
    this.form.view.show(errors, list);
  }

  private async guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiProblem && error.issues.length > 0) this.refuse(error.message, error.issues);
      else if (error instanceof SyntaxError)
        fill(this.said, el('div', { class: 'note bad' }, `This is no JSON: ${error.message}`));
      else fill(this.said, problemNote(error));
    }
  }

  /** The body is whatever the reader has written, so it is the service that says what it is. */
  private async send(path: string, headers: Record<string, string>): Promise<Record<string, unknown>> {
    const body = JSON.stringify(this.form.body);
    const init = { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } };
    return (await this.connection.fetch(path, init)).json() as Promise<Record<string, unknown>>;
  }
}

function planNote({ executors, shards, endpoints, estimate }: Schemas['RunPlan']): HTMLElement {
  const { operations, durationMs, rows, bytes } = estimate;
  const parts = [
    `${executors} ${executors === 1 ? 'executor' : 'executors'}`,
    shards.length > 0 && `${shards.length} ${shards.length === 1 ? 'part' : 'parts'}`,
    operations !== null && `${formatCompact(operations)} operations`,
    durationMs !== null && `about ${formatDuration(durationMs)}`,
    rows !== null && `${formatCompact(rows)} rows`,
    bytes !== null && formatBytes(bytes),
    endpoints.length > 0 && `on ${endpoints.join(', ')}`,
  ];
  return el(
    'div',
    { class: 'note good' },
    el('strong', {}, 'The service would take it: '),
    parts.filter(Boolean).join(', '),
  );
}
