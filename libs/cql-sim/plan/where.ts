import { invalid } from '../cql-error.js';
import type { Operator, Relation, Term } from '../lang/statement.js';
import { elementsOf, int64Bytes, type Bytes } from '../storage/bytes.js';
import { tokenOf } from '../storage/murmur3.js';
import { comparatorOf } from '../storage/order.js';
import type { Column, Table } from '../storage/table.js';
import type { Call } from './call.js';
import type { Receiver, TermCompiler, Value } from './term.js';
import { native } from '../lang/cql-type.js';

/** A relation with its terms compiled. */
export interface Restriction {
  columns: readonly Column[];
  token: boolean;
  operator: Operator;
  /** One value; for IN, one each; for several columns, one for each column. */
  values: readonly Value[];
  inMarker: boolean;
  /** Index of the marker when the whole right side is one, else -1. */
  marker: number;
}

export const receiverOf = (table: Table, column: Column): Receiver => ({
  keyspace: table.keyspace,
  table: table.name,
  name: column.name,
  type: column.type,
});

function tokenRestriction(table: Table, relation: Relation, compiler: TermCompiler, columns: Column[]): Restriction {
  const isKey = columns.length === table.partitionKey.length && columns.every((c, i) => c === table.partitionKey[i]);
  if (!isKey) throw invalid('The token() function must be applied to all partition key components or none of them');
  const receiver: Receiver = {
    keyspace: table.keyspace,
    table: table.name,
    name: 'partition key token',
    type: native('bigint'),
  };
  const values = relation.terms.map((term) => tokenTerm(table, term, compiler) ?? compiler.value(term, receiver));
  return { columns, token: true, operator: relation.operator, values, inMarker: false, marker: -1 };
}

/** `token(?, ?)` on the right side: of key components given there; undefined for any other term. */
function tokenTerm(table: Table, term: Term, compiler: TermCompiler): Value | undefined {
  if (term.kind !== 'call' || term.name !== 'token') return undefined;
  if (term.args.length !== table.partitionKey.length)
    throw invalid(
      `Invalid number of arguments in call to function system.token: ${table.partitionKey.length} required but ${term.args.length} provided`,
    );
  const parts = table.partitionKey.map((column, index) => {
    const receiver = { ...receiverOf(table, column), name: `arg${index}(system.token)` };
    const value = compiler.value(term.args[index] ?? term, receiver);
    return (call: Call) => required(value(call), column.name);
  });
  return (call) => int64Bytes(tokenOf(table.serializeKey(parts.map((part) => part(call)))));
}

function tupleRestriction(table: Table, relation: Relation, compiler: TermCompiler, columns: Column[]): Restriction {
  const [term] = relation.terms;
  if (term?.kind !== 'tuple' || term.items.length !== columns.length || relation.operator === 'in') {
    throw invalid('Multi-column relations need a tuple of as many values as columns');
  }
  if (columns.some(({ kind }) => kind !== 'clustering')) {
    throw invalid(`Multi-column relations can only be applied to clustering columns but was applied to others`);
  }
  const values = columns.map((column, i) => {
    const item = term.items[i];
    if (!item) throw invalid('Multi-column relations need as many values as columns');
    return compiler.value(item, receiverOf(table, column));
  });
  return { columns, token: false, operator: relation.operator, values, inMarker: false, marker: -1 };
}

export function compileRelation(table: Table, relation: Relation, compiler: TermCompiler): Restriction {
  const columns = relation.columns.map((name) => table.column(name));
  if (relation.token) return tokenRestriction(table, relation, compiler, columns);
  const [column] = columns;
  if (!column || columns.length > 1) return tupleRestriction(table, relation, compiler, columns);
  const receiver = receiverOf(table, column);
  const [first] = relation.terms;
  const marker = first?.kind === 'marker' && !relation.inMarker && relation.operator === '=' ? first.index : -1;
  const listReceiver: Receiver = {
    ...receiver,
    name: `in(${column.name})`,
    type: { kind: 'list', element: column.type, frozen: false },
  };
  const values = relation.terms.map((term) => compiler.value(term, relation.inMarker ? listReceiver : receiver));
  return { columns, token: false, operator: relation.operator, values, inMarker: relation.inMarker, marker };
}

/** The values that an equality or IN allows for its column. */
export function allowedValues(restriction: Restriction, call: Call): Bytes[] {
  const name = restriction.columns[0]?.name ?? '';
  const values = restriction.values.map((value) => required(value(call), name));
  return restriction.inMarker ? elementsOf(values[0] ?? '\0\0\0\0') : values;
}

export function required(value: Bytes | null | undefined, column: string): Bytes {
  if (value === undefined) throw invalid(`Invalid unset value for column ${column}`);
  if (value === null) throw invalid(`Invalid null value in condition for column ${column}`);
  return value;
}

const HOLDS: Record<Exclude<Operator, 'in'>, (difference: number) => boolean> = {
  '=': (difference) => difference === 0,
  '!=': (difference) => difference !== 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

export type Test = (stored: readonly (Bytes | null)[]) => boolean;

/** Binds a restriction to one request's values: a test of the stored values of its columns. */
export function bindTest(restriction: Restriction, call: Call): Test {
  if (restriction.operator === 'in') {
    const allowed = new Set(allowedValues(restriction, call));
    return ([stored]) => stored !== null && stored !== undefined && allowed.has(stored);
  }
  const holds = HOLDS[restriction.operator];
  const comparators = restriction.columns.map(({ type }) => comparatorOf(type));
  const wanted = restriction.values.map((value, i) => required(value(call), restriction.columns[i]?.name ?? ''));
  return (stored) => {
    for (let i = 0; i < wanted.length; i++) {
      const value = stored[i];
      if (value === null || value === undefined) return false;
      const difference = comparators[i]?.(value, wanted[i] ?? '') ?? 0;
      if (difference !== 0 || i === wanted.length - 1) return holds(difference);
    }
    return false;
  };
}
