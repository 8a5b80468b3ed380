import { el, fill } from '../element.js';
import type { FormView, Path } from './form-view.js';
import { branchNode, type Child, isFolded, type Node, nodeOf, type NodeOf, valueOf } from './node.js';
import { choiceControl, defaultText, jsonControl, numberControl, textControl } from './simple-controls.js';

interface Shown {
  view: FormView;
  path: Path;
  label: string;
  required: boolean;
}

/** The controls of a node and of all that lies below it. */
export function nodeView(node: Node, shown: Shown): HTMLElement {
  const { view, path, label, required } = shown;
  const changed = () => view.onChange();
  const text = { label, required, description: node.field.description };
  switch (node.type) {
    case 'text':
      return view.place(path, textControl(node, changed), text);
    case 'number':
      return view.place(path, numberControl(node, changed), text);
    case 'choice':
      return view.place(path, choiceControl(node, required, changed), text);
    case 'json':
      return view.place(path, jsonControl(node, changed), text);
    case 'fixed':
      return el('div', { hidden: true });
    case 'object':
      return group(shown, node, objectBody(node, view, path));
    case 'list':
      return group(shown, node, listBody(node, shown));
    case 'record':
      return group(shown, node, recordBody(node, shown));
    case 'union':
      return group(shown, node, unionBody(node, shown));
  }
}

function group({ view, path, label, required }: Shown, { field }: Node, body: HTMLElement): HTMLElement {
  const issues = el('div', { class: 'issues' });
  const box = el(
    'fieldset',
    { tabindex: '-1', 'data-path': path.join('.') },
    el('legend', {}, label, required ? el('span', { class: 'required' }, ' *') : null),
    field.description === undefined ? null : el('div', { class: 'about' }, field.description),
    issues,
    body,
  );
  view.group(path, box, issues);
  return box;
}

/** What must be said and what is said come first; all else lies folded below. */
export function objectBody(node: NodeOf<'object'>, view: FormView, path: Path): HTMLElement {
  const isFirst = ({ property, on, node: inner }: Child) =>
    property.required || (isFolded(property) ? on : valueOf(inner()) !== undefined);
  const shown = node.children
    .filter(({ property }) => property.field.type !== 'fixed')
    .toSorted((a, b) => (path.length === 0 ? rankOf(a) - rankOf(b) : 0));
  const first = shown.filter(isFirst);
  const others = shown.filter((child) => !isFirst(child));
  const views = (children: readonly Child[]) => children.map((child) => childView(child, view, path));
  return el(
    'div',
    { class: 'fields' },
    views(first),
    others.length === 0
      ? null
      : el(
          'details',
          { class: 'more' },
          el('summary', {}, `${others.length} more ${others.length === 1 ? 'option' : 'options'}`),
          el('div', { class: 'fields' }, views(others)),
        ),
  );
}

/** Of a run: what it is called and where it goes, before all that it does. */
const FIRST = ['name', 'target', 'spec'];
function rankOf({ property }: Child): number {
  const at = FIRST.indexOf(property.name);
  return at < 0 ? FIRST.length : at;
}

function childView(child: Child, view: FormView, parent: Path): HTMLElement {
  const { property } = child;
  const path = [...parent, property.name];
  const shown = { view, path, label: property.name, required: property.required };
  if (!isFolded(property)) return nodeView(child.node(), shown);
  const place = el('div', { class: 'optional', 'data-option': path.join('.') });
  const preset = defaultText(property.field);
  const box = el('input', { type: 'checkbox', id: view.newId() });
  const label = el('label', { class: 'check', for: box.id }, box, ` ${property.name}`);
  const show = () => {
    if (!child.on)
      return fill(
        place,
        label,
        preset === '' || preset === '{}' ? null : el('span', { class: 'about' }, ` default: ${preset}`),
      );
    const inner = nodeView(child.node(), shown);
    const legend = inner.querySelector('legend');
    // The box that opens a group is its name, too.
    if (legend === null) fill(place, label, inner);
    else fill(legend, label);
    if (legend !== null) fill(place, inner);
  };
  box.checked = child.on;
  box.addEventListener('change', () => {
    child.on = box.checked;
    show();
    box.focus();
    view.onChange();
  });
  show();
  return place;
}

function listBody(node: NodeOf<'list'>, { view, path }: Shown): HTMLElement {
  const rows = el('div');
  const draw = () =>
    fill(
      rows,
      node.items.map((item, index) =>
        el(
          'div',
          { class: 'row' },
          nodeView(item, { view, path: [...path, index], label: String(index + 1), required: false }),
          removeButton(() => {
            node.items.splice(index, 1);
            draw();
            view.onChange();
          }),
        ),
      ),
    );
  const add = () => {
    node.items.push(nodeOf(node.field.item()));
    draw();
    view.onChange();
  };
  if (node.items.length === 0) node.items.push(nodeOf(node.field.item()));
  draw();
  return el('div', {}, rows, addButton(add));
}

function recordBody(node: NodeOf<'record'>, { view, path }: Shown): HTMLElement {
  const rows = el('div');
  const names = el(
    'datalist',
    { id: view.newId() },
    node.field.keys.map((key) => el('option', { value: key })),
  );
  const draw = () =>
    fill(
      rows,
      node.entries.map((entry, index) => {
        const key = el('input', {
          'aria-label': 'name',
          value: entry.key,
          list: names.id,
          placeholder: 'name',
          autocomplete: 'off',
        });
        key.addEventListener('input', () => {
          entry.key = key.value;
          view.onChange();
        });
        // Its place in the body changes with its name.
        key.addEventListener('change', draw);
        const value = nodeView(entry.node, { view, path: [...path, entry.key], label: 'value', required: false });
        const remove = removeButton(() => {
          node.entries.splice(index, 1);
          draw();
          view.onChange();
        });
        return el(
          'div',
          { class: 'row' },
          el('div', { class: 'field' }, el('span', { class: 'about' }, 'name'), key),
          value,
          remove,
        );
      }),
    );
  const add = () => {
    node.entries.push({ key: '', node: nodeOf(node.field.value()) });
    draw();
  };
  draw();
  return el('div', {}, rows, names, addButton(add));
}

function unionBody(node: NodeOf<'union'>, { view, path }: Shown): HTMLElement {
  const select = el(
    'select',
    { 'aria-label': 'which form' },
    node.names.map((name, index) => el('option', { value: index }, name)),
  );
  const body = el('div');
  const draw = () => {
    const inner = branchNode(node);
    // An object stands for itself: a frame in a frame says nothing.
    fill(
      body,
      inner.type === 'object'
        ? objectBody(inner, view, path)
        : nodeView(inner, { view, path, label: node.names[node.index] ?? '', required: false }),
    );
  };
  select.value = String(node.index);
  select.addEventListener('change', () => {
    node.index = Number(select.value);
    draw();
    view.onChange();
  });
  draw();
  return el('div', {}, select, body);
}

const addButton = (add: () => void): HTMLElement =>
  el('button', { type: 'button', class: 'small', on: { click: add } }, 'Add');
const removeButton = (remove: () => void): HTMLElement =>
  el('button', { type: 'button', class: 'small', 'aria-label': 'Remove', title: 'Remove', on: { click: remove } }, '×');
