import { invalid } from '../cql-error.js';
import { native, type CqlType } from '../lang/cql-type.js';
import type { Assignment } from '../lang/statement.js';
import { elementsOf, int64Bytes, int64Of, listBytes, mapBytes, type Bytes } from '../storage/bytes.js';
import { comparatorOf } from '../storage/order.js';
import type { Column, Table } from '../storage/table.js';
import type { Call } from './call.js';
import { setBytes, type TermCompiler, type Value } from './term.js';
import { receiverOf } from './where.js';

/** Gives a cell's new value from the stored one; undefined leaves the cell as it is. */
export type NewValue = (call: Call, stored: Bytes | null) => Bytes | null | undefined;

export interface CellChange {
  column: Column;
  value: NewValue;
  /** The new value depends on the stored one. */
  readsStored: boolean;
}

type Merge = (stored: Bytes | null, operand: Bytes) => Bytes | null;

const elements = (stored: Bytes | null, perEntry = 1): Bytes[] => (stored === null ? [] : elementsOf(stored, perEntry));
const orNull = (items: readonly unknown[], bytes: Bytes): Bytes | null => (items.length === 0 ? null : bytes);

function pairs(stored: Bytes | null): [Bytes, Bytes][] {
  const flat = elements(stored, 2);
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2] ?? '', flat[i * 2 + 1] ?? '']);
}

function mergedMap(entries: Map<Bytes, Bytes>, key: CqlType): Bytes | null {
  const compare = comparatorOf(key);
  const sorted = [...entries].sort(([left], [right]) => compare(left, right));
  return orNull(sorted, mapBytes(sorted));
}

function adder(type: CqlType): Merge | null {
  if (type.kind === 'list') return (stored, added) => listBytes([...elements(stored), ...elements(added)]);
  if (type.kind === 'set') {
    return (stored, added) => setBytes([...elements(stored), ...elements(added)], type.element);
  }
  if (type.kind === 'map') {
    return (stored, added) => mergedMap(new Map([...pairs(stored), ...pairs(added)]), type.key);
  }
  if (type.kind === 'native' && type.name === 'counter') {
    return (stored, added) => int64Bytes(BigInt.asIntN(64, (stored === null ? 0n : int64Of(stored)) + int64Of(added)));
  }
  return null;
}

function remover(type: CqlType): Merge | null {
  if (type.kind === 'list' || type.kind === 'set') {
    return (stored, removed) => {
      const gone = new Set(elements(removed));
      const kept = elements(stored).filter((element) => !gone.has(element));
      return orNull(kept, listBytes(kept));
    };
  }
  if (type.kind === 'map') {
    return (stored, removed) => {
      const gone = new Set(elements(removed));
      return mergedMap(new Map(pairs(stored).filter(([key]) => !gone.has(key))), type.key);
    };
  }
  if (type.kind === 'native' && type.name === 'counter') {
    return (stored, removed) =>
      int64Bytes(BigInt.asIntN(64, (stored === null ? 0n : int64Of(stored)) - int64Of(removed)));
  }
  return null;
}

const isCounter = (type: CqlType): boolean => type.kind === 'native' && type.name === 'counter';

function requireAssignable(column: Column, kind: Assignment['kind']): void {
  if (column.slot < 0) throw invalid(`PRIMARY KEY part ${column.name} found in SET part`);
  if (isCounter(column.type) && kind === 'set') {
    throw invalid(
      `Cannot set the value of counter column ${column.name} (counters can only be incremented/decremented, not set)`,
    );
  }
}

/** `c - ?` takes keys away from a map: its operand is a set. */
function operandType(type: CqlType, kind: Assignment['kind']): CqlType {
  if (isCounter(type)) return native('bigint');
  return type.kind === 'map' && kind === 'subtract' ? { kind: 'set', element: type.key, frozen: false } : type;
}

function merging(column: Column, value: Value, merge: Merge | null, sign: string): CellChange {
  if (!merge) throw invalid(`Invalid operation (${column.name} = ${column.name} ${sign} ?) for column ${column.name}`);
  return {
    column,
    readsStored: true,
    value: (call, stored) => {
      const operand = value(call);
      if (operand === undefined) return undefined;
      if (operand === null) throw invalid(`Invalid null value for ${column.name}`);
      return merge(stored, operand);
    },
  };
}

/** `l[i] = v` and `m[k] = v`. */
function elementChange(column: Column, key: Value, value: Value): CellChange {
  const { type } = column;
  if (type.kind !== 'map' && type.kind !== 'list') throw invalid(`Invalid operation on column ${column.name}`);
  return {
    column,
    readsStored: true,
    value: (call, stored) => {
      const place = key(call) ?? '';
      const item = value(call) ?? null;
      if (type.kind === 'map') {
        const entries = new Map(pairs(stored));
        if (item === null) entries.delete(place);
        else entries.set(place, item);
        return mergedMap(entries, type.key);
      }
      const items = elements(stored);
      const index = Buffer.from(place, 'latin1').readInt32BE();
      if (index < 0 || index >= items.length)
        throw invalid(`List index ${index} out of bound, list has size ${items.length}`);
      items.splice(index, 1, ...(item === null ? [] : [item]));
      return orNull(items, listBytes(items));
    },
  };
}

export function compileAssignment(table: Table, assignment: Assignment, compiler: TermCompiler): CellChange {
  const column = table.column(assignment.column);
  requireAssignable(column, assignment.kind);
  const receiver = receiverOf(table, column);
  const { type } = column;
  if (assignment.kind === 'set') {
    return { column, value: compiler.value(assignment.term, receiver), readsStored: false };
  }
  if (assignment.kind === 'element') {
    if (type.kind !== 'map' && type.kind !== 'list') throw invalid(`Invalid operation on column ${column.name}`);
    const keyType = type.kind === 'map' ? type.key : native('int');
    const itemType = type.kind === 'map' ? type.value : type.element;
    const key = compiler.value(assignment.key, { ...receiver, name: `key(${column.name})`, type: keyType });
    return elementChange(column, key, compiler.value(assignment.term, { ...receiver, type: itemType }));
  }
  const operand = compiler.value(assignment.term, { ...receiver, type: operandType(type, assignment.kind) });
  if (assignment.kind === 'subtract') return merging(column, operand, remover(type), '-');
  const add = adder(type);
  if (assignment.kind === 'add' || add === null) return merging(column, operand, add, '+');
  // `[x] + l` puts the operand first; for sets, maps and counters the order does not matter.
  const prepend: Merge = (stored, added) => listBytes([...elements(added), ...elements(stored)]);
  return merging(column, operand, type.kind === 'list' ? prepend : add, '+');
}
