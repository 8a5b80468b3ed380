import { el } from '../element.js';
import type { Field } from './field.js';
import type { NodeOf } from './node.js';

/** How a default is told: short, since it stands inside the control. */
export function defaultText({ default: value }: Field): string {
  if (value === undefined || value === '') return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

export function textControl(node: NodeOf<'text'>, changed: () => void): HTMLElement {
  const { secret, long } = node.field;
  const attributes = {
    placeholder: defaultText(node.field) || null,
    autocomplete: secret ? 'new-password' : 'off',
    spellcheck: 'false',
  };
  const control = long
    ? el('textarea', { ...attributes, rows: 3 })
    : el('input', { ...attributes, type: secret ? 'password' : 'text' });
  control.value = node.text;
  control.addEventListener('input', () => {
    node.text = control.value;
    changed();
  });
  return control;
}

/** A text field, since a browser's number field hides what it cannot read. */
export function numberControl(node: NodeOf<'number'>, changed: () => void): HTMLElement {
  const { whole, least, most } = node.field;
  const bounds = [least === undefined ? '' : `from ${least}`, most === undefined ? '' : `to ${most}`];
  const control = el('input', {
    inputmode: whole ? 'numeric' : 'decimal',
    autocomplete: 'off',
    placeholder: defaultText(node.field) || null,
    title: [whole ? 'A whole number' : 'A number', ...bounds].filter((word) => word !== '').join(' '),
  });
  control.value = node.text;
  control.addEventListener('input', () => {
    node.text = control.value;
    changed();
  });
  return control;
}

const WORDS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

export function choiceControl(node: NodeOf<'choice'>, required: boolean, changed: () => void): HTMLElement {
  const { values } = node.field;
  const preset = defaultText(node.field);
  const nothing = preset !== '' ? `default: ${WORDS[preset] ?? preset}` : required ? 'choose' : '–';
  const control = el(
    'select',
    {},
    el('option', { value: '' }, nothing),
    values.map((value) => el('option', { value: String(value) }, WORDS[String(value)] ?? String(value))),
  );
  control.value = node.chosen === undefined ? '' : String(node.chosen);
  control.addEventListener('change', () => {
    node.chosen = values.find((value) => String(value) === control.value);
    changed();
  });
  return control;
}

export function jsonControl(node: NodeOf<'json'>, changed: () => void): HTMLElement {
  const control = el('textarea', { rows: 6, class: 'json', spellcheck: 'false', placeholder: 'JSON' });
  control.value = node.text;
  control.addEventListener('input', () => {
    node.text = control.value;
    changed();
  });
  return control;
}
