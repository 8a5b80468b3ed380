import { el, fill } from '../element.js';
import type { ApiDocument } from './api-document.js';
import { fieldOf } from './field.js';
import { fillNode } from './fill-node.js';
import { FormView } from './form-view.js';
import { type Node, nodeOf, type NodeOf, valueOf } from './node.js';
import { objectBody } from './node-view.js';
import { type Body, kindsOf } from './run-body.js';

/** A run's body as fields or as JSON, whichever the reader likes better. */
export class RunForm {
  readonly element = el('div', { class: 'run-form' });
  readonly view = new FormView();
  private readonly text = el('textarea', {
    class: 'json whole',
    rows: 24,
    spellcheck: 'false',
    'aria-label': 'The body of the run as JSON',
  });
  private readonly fields = el('div');
  private readonly note = el('div', { class: 'note warn', role: 'status', hidden: true });
  private readonly mode = el('select', { 'aria-label': 'How it is written' }, [
    el('option', { value: 'fields' }, 'Fields'),
    el('option', { value: 'json' }, 'JSON'),
  ]);
  private node: NodeOf<'object'> | undefined;

  constructor(private readonly document: ApiDocument) {
    this.mode.addEventListener('change', () => this.switchMode());
    this.text.addEventListener('input', () => this.view.onChange());
    fill(
      this.element,
      el('div', { class: 'mode' }, el('span', { class: 'quiet' }, 'Written as'), this.mode),
      this.note,
      this.fields,
      this.text,
    );
  }

  /** Starts from a body: an example, or a run that was. */
  set(body: Body): void {
    this.text.value = JSON.stringify(body, null, 2);
    this.showFields(body);
  }

  /** What would be posted. Throws SyntaxError for JSON that is none. */
  get body(): unknown {
    if (this.mode.value === 'json') return JSON.parse(this.text.value);
    return this.node === undefined ? {} : valueOf(this.node);
  }

  private switchMode(): void {
    if (this.mode.value === 'json') {
      this.text.value = JSON.stringify(this.node === undefined ? {} : valueOf(this.node), null, 2);
      this.showJson('');
      return;
    }
    try {
      this.showFields(JSON.parse(this.text.value));
    } catch (error) {
      this.showJson(`This is not JSON yet: ${error instanceof Error ? error.message : ''}`);
    }
  }

  private showFields(body: unknown): void {
    const kind = typeof body === 'object' && body !== null && 'kind' in body ? String(body.kind) : '';
    const schema = kindsOf(this.document).get(kind);
    const node: Node | undefined = schema === undefined ? undefined : nodeOf(fieldOf(this.document, schema));
    if (node?.type !== 'object') return this.showJson(`There are no fields for the kind ${JSON.stringify(kind)}.`);
    if (!fillNode(node, body)) return this.showJson('Some of it has no field, so it stays as JSON.');
    this.node = node;
    this.mode.value = 'fields';
    this.note.hidden = true;
    this.text.hidden = true;
    this.fields.hidden = false;
    fill(this.fields, objectBody(node, this.view, []));
  }

  private showJson(note: string): void {
    this.mode.value = 'json';
    this.note.hidden = note === '';
    this.note.textContent = note;
    this.text.hidden = false;
    this.fields.hidden = true;
    this.fields.replaceChildren();
  }
}
