import { invalid } from '../cql-error.js';
import { typeText, type CqlType, type NativeName } from '../lang/cql-type.js';
import { FUNCTIONS, encodeLiteral } from '../lang/literal.js';
import type { Term } from '../lang/statement.js';
import { int64Bytes, listBytes, mapBytes, toBuffer, tupleBytes, type Bytes } from '../storage/bytes.js';
import { comparatorOf } from '../storage/order.js';
import type { Call, Variable } from './call.js';

/** Types whose values have one length, and what Cassandra calls them when a client sends another. */
const FIXED_BYTES: Partial<Record<NativeName, { bytes: number; what: string }>> = {
  bigint: { bytes: 8, what: 'long' },
  boolean: { bytes: 1, what: 'value' },
  counter: { bytes: 8, what: 'long' },
  double: { bytes: 8, what: 'value for a double' },
  float: { bytes: 4, what: 'value for a float' },
  int: { bytes: 4, what: 'int' },
  smallint: { bytes: 2, what: 'smallint' },
  timestamp: { bytes: 8, what: 'long' },
  timeuuid: { bytes: 16, what: 'UUID' },
  tinyint: { bytes: 1, what: 'tinyint' },
  uuid: { bytes: 16, what: 'UUID' },
};

/** Gives a term's value for one request; null is null, undefined a marker that the client left unset. */
export type Value = (call: Call) => Bytes | null | undefined;

/** What a term is for: it names and types the marker. */
export interface Receiver {
  keyspace: string;
  table: string;
  name: string;
  type: CqlType;
}

/** Compiles terms and collects the markers on the way. */
export class TermCompiler {
  readonly variables: Variable[] = [];

  constructor(private readonly markers: readonly (string | null)[]) {}

  /** Every marker must have been given a type, or the statement used it where none can stand. */
  finish(): Variable[] {
    return this.markers.map((_, i) => {
      const variable = this.variables[i];
      if (!variable) throw invalid(`Bind marker ${i} has no type here`);
      return variable;
    });
  }

  value(term: Term, receiver: Receiver): Value {
    if (term.kind === 'marker') return this.marker(term.index, receiver);
    if (term.kind === 'call') return functionValue(term);
    if (term.kind === 'null') return () => null;
    const { type } = receiver;
    if (type.kind === 'native') {
      const literal = term.kind === 'boolean' ? { kind: term.kind, text: String(term.value) } : term;
      if (!('text' in literal)) throw mismatch(receiver, 'a collection');
      const bytes = encodeLiteral(literal, type.name, receiver.name);
      return () => bytes;
    }
    return this.collection(term, type, receiver);
  }

  private marker(index: number, receiver: Receiver): Value {
    const name = this.markers[index] ?? receiver.name;
    this.variables[index] = { keyspace: receiver.keyspace, table: receiver.table, name, type: receiver.type };
    const fixed = receiver.type.kind === 'native' ? FIXED_BYTES[receiver.type.name] : undefined;
    if (!fixed) return (call) => call.bound.at(index);
    const { bytes, what } = fixed;
    return (call) => {
      const value = call.bound.at(index);
      if (value && value.length !== bytes) throw invalid(`Expected ${bytes} or 0 byte ${what} (${value.length})`);
      return value;
    };
  }

  private collection(term: Term, type: Exclude<CqlType, { kind: 'native' }>, receiver: Receiver): Value {
    const inner = (item: Term, itemType: CqlType): Value =>
      this.value(item, { ...receiver, name: `value(${receiver.name})`, type: itemType });
    if (term.kind === 'list' && type.kind === 'list') {
      const items = term.items.map((item) => inner(item, type.element));
      return (call) => listBytes(items.map((item) => present(item(call))));
    }
    if (term.kind === 'tuple' && type.kind === 'tuple') {
      const items = term.items.map((item, i) => inner(item, type.items[i] ?? type));
      return (call) => tupleBytes(items.map((item) => item(call) ?? null));
    }
    if (term.kind !== 'braces') throw mismatch(receiver, 'another kind of value');
    if (type.kind === 'set') {
      const items = term.entries.map(({ key }) => inner(key, type.element));
      return (call) =>
        setBytes(
          items.map((item) => present(item(call))),
          type.element,
        );
    }
    if (type.kind !== 'map') throw mismatch(receiver, 'a set or map');
    const entries = term.entries.map(({ key, value }) => {
      if (!value) throw mismatch(receiver, 'a set');
      return [inner(key, type.key), inner(value, type.value)] as const;
    });
    const compare = comparatorOf(type.key);
    return (call) => {
      const pairs = entries.map(([key, value]) => [present(key(call)), present(value(call))] as const);
      return mapBytes([...new Map(pairs)].sort(([left], [right]) => compare(left, right)));
    };
  }
}

/** A set holds each element once, in its type's order. */
export function setBytes(elements: readonly Bytes[], type: CqlType): Bytes {
  return listBytes([...new Set(elements)].sort(comparatorOf(type)));
}

function present(value: Bytes | null | undefined): Bytes {
  if (value === null || value === undefined) throw invalid('null is not supported inside collections');
  return value;
}

const mismatch = (receiver: Receiver, what: string) =>
  invalid(`Invalid literal for ${receiver.name} of type ${typeText(receiver.type)}: it is ${what}`);

/** Offset of the UUID epoch (1582-10-15) from 1970, in ms. */
const UUID_EPOCH_MS = 12_219_292_800_000n;

function timeuuidMs(bytes: Bytes): bigint {
  const buffer = toBuffer(bytes);
  const high = BigInt(buffer.readUInt16BE(6) & 0x0fff);
  const steps = (high << 48n) | (BigInt(buffer.readUInt16BE(4)) << 32n) | BigInt(buffer.readUInt32BE(0));
  return steps / 10_000n - UUID_EPOCH_MS;
}

function functionValue(term: Extract<Term, { kind: 'call' }>): Value {
  const [argument] = term.args;
  if (term.name === 'totimestamp' && argument?.kind === 'call') {
    const inner = functionValue(argument);
    return (call) => int64Bytes(timeuuidMs(present(inner(call))));
  }
  const make = Object.hasOwn(FUNCTIONS, term.name) ? FUNCTIONS[term.name] : undefined;
  if (!make || argument) throw invalid(`Unknown function '${term.name}'`);
  return (call) => make(call.wallMs);
}
