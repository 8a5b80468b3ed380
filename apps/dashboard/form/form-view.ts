import type { Schemas } from '../connection.js';
import { type Child, el, fill } from '../element.js';
import { nearest, pathKey } from './issue-path.js';

export type Path = readonly (string | number)[];

interface Place {
  control: HTMLElement;
  issues: HTMLElement;
}

/** The places of a form's fields: where each one's problems are shown. */
export class FormView {
  private readonly places = new Map<string, Place>();
  private count = 0;

  /** Called after every change of a field. */
  onChange: () => void = () => undefined;

  newId(): string {
    return `field-${++this.count}`;
  }

  /** A label, a control, what is said of it, and room for what is wrong with it. */
  place(path: Path, control: HTMLElement, { label, description, required }: FieldText): HTMLElement {
    const id = control.id || this.newId();
    control.id = id;
    const issues = el('div', { class: 'issues', id: `${id}-issues` });
    const about = description === undefined ? null : el('div', { class: 'about', id: `${id}-about` }, description);
    control.setAttribute('aria-describedby', [`${id}-issues`, about?.id ?? ''].join(' ').trim());
    this.places.set(pathKey(path), { control, issues });
    const mark = required ? el('span', { class: 'required', title: 'has to be said' }, ' *') : null;
    return el(
      'div',
      { class: 'field', 'data-path': path.join('.') },
      el('label', { for: id }, label, mark),
      control,
      about,
      issues,
    );
  }

  /** A field of several parts. */
  group(path: Path, body: HTMLElement, issues: HTMLElement): void {
    this.places.set(pathKey(path), { control: body, issues });
  }

  /** Shows problems at their fields, and in `list` all of them, as ways to their fields. */
  show(problems: readonly Schemas['Issue'][], list: HTMLElement): void {
    this.clear();
    const lines = problems.map(({ path, message }): Child => {
      const key = nearest(path, (one) => this.places.get(one)?.control.isConnected === true);
      const place = key === undefined ? undefined : this.places.get(key);
      place?.issues.append(el('div', {}, message));
      place?.control.setAttribute('aria-invalid', 'true');
      const name = el('code', {}, path === '' ? 'run' : path);
      const go = () => place !== undefined && reveal(place.control);
      return el(
        'li',
        {},
        place ? el('button', { type: 'button', class: 'link', on: { click: go } }, name) : name,
        ' ',
        message,
      );
    });
    fill(list, lines.length > 0 && el('ul', {}, lines));
  }

  clear(): void {
    for (const { control, issues } of this.places.values()) {
      control.removeAttribute('aria-invalid');
      issues.replaceChildren();
    }
  }
}

export interface FieldText {
  label: string;
  description?: string | undefined;
  required?: boolean;
}

/** Opens what a field lies in, and goes there. */
function reveal(control: HTMLElement): void {
  for (let at = control.parentElement; at !== null; at = at.parentElement)
    if (at instanceof HTMLDetailsElement) at.open = true;
  control.scrollIntoView({ block: 'center' });
  control.focus();
}
