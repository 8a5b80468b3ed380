import type { Field } from './field.js';
import { branchNode, isFolded, type Node, nodeOf, valueOf } from './node.js';

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Writes a body into a form. Answers false where the form has no place for some of it; then it is edited as JSON. */
export function fillNode(node: Node, value: unknown): boolean {
  write(node, value);
  return isAlike(valueOf(node), value);
}

function write(node: Node, value: unknown): void {
  switch (node.type) {
    case 'text':
    case 'number':
      node.text = textOf(value);
      return;
    case 'json':
      node.text = value === undefined ? '' : JSON.stringify(value, null, 2);
      return;
    case 'choice':
      node.chosen = node.field.values.find((one) => one === value);
      return;
    case 'fixed':
      return;
    case 'list':
      node.items = (Array.isArray(value) ? value : []).map((item) => filled(node.field.item(), item));
      return;
    case 'record':
      node.entries = Object.entries(isObject(value) ? value : {}).map(([key, inner]) => ({
        key,
        node: filled(node.field.value(), inner),
      }));
      return;
    case 'object':
      for (const child of node.children) {
        const inner = isObject(value) ? value[child.property.name] : undefined;
        child.on = inner !== undefined || !isFolded(child.property);
        if (child.on) write(child.node(), inner);
      }
      return;
    case 'union': {
      const index = value === undefined ? -1 : node.field.branches().findIndex(({ field }) => fits(field, value));
      if (index >= 0) node.index = index;
      write(branchNode(node), value);
    }
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : value === undefined
      ? ''
      : JSON.stringify(value);

function filled(field: Field, value: unknown): Node {
  const node = nodeOf(field);
  write(node, value);
  return node;
}

/** Whether a value can be meant for a field; tells branches of a union apart. */
export function fits(field: Field, value: unknown): boolean {
  switch (field.type) {
    case 'text':
      return typeof value === 'string' && (field.pattern === undefined || matches(field.pattern, value));
    case 'number':
      return typeof value === 'number';
    case 'choice':
      return field.values.some((one) => one === value);
    case 'fixed':
      return field.value === value;
    case 'list':
      return Array.isArray(value);
    case 'record':
      return isObject(value);
    case 'union':
      return field.branches().some((branch) => fits(branch.field, value));
    case 'json':
      return true;
    case 'object': {
      if (!isObject(value)) return false;
      const properties = field.properties();
      const names = new Set(properties.map(({ name }) => name));
      return (
        Object.keys(value).every((name) => names.has(name)) &&
        properties.every(({ name, required, field: inner }) => {
          const found = value[name];
          if (found === undefined) return !required;
          return inner.type !== 'fixed' || fits(inner, found);
        })
      );
    }
  }
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

/** The same JSON, whatever the order of its names. */
export function isAlike(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isAlike(item, b[index]));
  if (isObject(a) && isObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isAlike(a[key], b[key]));
  return a === b || (a === undefined && isEmpty(b)) || (b === undefined && isEmpty(a));
}

/** A list or record that is required and empty says nothing. */
const isEmpty = (value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);
