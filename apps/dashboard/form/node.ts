import type { Field, FieldOf, FieldType, Property, Scalar } from './field.js';

/** What stands in a form: a field and what was filled in. */
export type Node =
  | { type: 'text'; field: FieldOf<'text'>; text: string }
  | { type: 'number'; field: FieldOf<'number'>; text: string }
  | { type: 'choice'; field: FieldOf<'choice'>; chosen: Scalar | undefined }
  | { type: 'fixed'; field: FieldOf<'fixed'> }
  | { type: 'object'; field: FieldOf<'object'>; children: readonly Child[] }
  | { type: 'list'; field: FieldOf<'list'>; items: Node[] }
  | { type: 'record'; field: FieldOf<'record'>; entries: Entry[] }
  | { type: 'union'; field: FieldOf<'union'>; names: readonly string[]; index: number; nodes: Map<number, Node> }
  | { type: 'json'; field: FieldOf<'json'>; text: string };

export type NodeOf<Type extends FieldType> = Extract<Node, { type: Type }>;

export interface Child {
  property: Property;
  /** For optional fields of several parts: whether it is said at all. Simple ones are left out when they are empty. */
  on: boolean;
  /** Made when it is first needed. */
  node: () => Node;
}

export interface Entry {
  key: string;
  node: Node;
}

const isSimple = ({ type }: Field): boolean => type === 'text' || type === 'number' || type === 'choice';
export const isFolded = ({ required, field }: Property): boolean => !required && !isSimple(field);

/** An empty node. */
export function nodeOf(field: Field): Node {
  switch (field.type) {
    case 'text':
      return { type: 'text', field, text: '' };
    case 'number':
      return { type: 'number', field, text: '' };
    case 'json':
      return { type: 'json', field, text: '' };
    case 'choice':
      return { type: 'choice', field, chosen: undefined };
    case 'fixed':
      return { type: 'fixed', field };
    case 'list':
      return { type: 'list', field, items: [] };
    case 'record':
      return { type: 'record', field, entries: [] };
    case 'object':
      return { type: 'object', field, children: field.properties().map(childOf) };
    case 'union':
      return { type: 'union', field, names: field.branches().map(({ name }) => name), index: 0, nodes: new Map() };
  }
}

function childOf(property: Property): Child {
  let made: Node | undefined;
  return { property, on: !isFolded(property), node: () => (made ??= nodeOf(property.field)) };
}

/** The node of the branch that is chosen. */
export function branchNode(node: NodeOf<'union'>): Node {
  const known = node.nodes.get(node.index);
  if (known !== undefined) return known;
  const branch = node.field.branches()[node.index];
  if (branch === undefined) throw new RangeError(`a union has no branch ${node.index}`);
  const made = nodeOf(branch.field);
  node.nodes.set(node.index, made);
  return made;
}

/** The body that a node says; undefined where it says nothing. What cannot be read is sent as it is: the service says why. */
export function valueOf(node: Node): unknown {
  switch (node.type) {
    case 'text':
      return node.text === '' ? undefined : node.text;
    case 'number':
      return numberOf(node.text.trim());
    case 'json':
      return jsonOf(node.text.trim());
    case 'choice':
      return node.chosen;
    case 'fixed':
      return node.field.value;
    case 'list':
      return node.items.length === 0 ? undefined : node.items.map((item) => valueOf(item) ?? '');
    case 'record':
      return node.entries.length === 0
        ? undefined
        : Object.fromEntries(node.entries.map(({ key, node: inner }) => [key, valueOf(inner) ?? '']));
    case 'object':
      return objectValue(node);
    case 'union':
      return valueOf(branchNode(node));
  }
}

function objectValue({ children }: NodeOf<'object'>): Record<string, unknown> {
  const entries = children.flatMap(({ property, on, node }): [string, unknown][] => {
    const value = on ? valueOf(node()) : undefined;
    if (value !== undefined) return [[property.name, value]];
    // Asked for, and empty.
    if (on && property.field.type === 'list' && !property.required) return [[property.name, []]];
    return [];
  });
  return Object.fromEntries(entries);
}

const numberOf = (text: string): unknown =>
  text === '' ? undefined : Number.isNaN(Number(text)) ? text : Number(text);

function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
