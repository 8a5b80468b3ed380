import { invalid } from '../cql-error.js';
import type { Bytes } from '../storage/bytes.js';
import type { Table } from '../storage/table.js';
import type { Call } from './call.js';
import { allowedValues, required, type Restriction } from './where.js';
import type { Value } from './term.js';

const MAX_KEY_BYTES = 65_535;

/** The partition keys that a statement names: every key column by = or IN. */
export class KeyPlan {
  /** The plain case, one column and one value, which needs no lists. */
  private readonly single: { value: Value; name: string } | null;

  private constructor(
    private readonly table: Table,
    private readonly restrictions: readonly Restriction[],
  ) {
    const [first] = restrictions;
    const value = restrictions.length === 1 && first?.operator === '=' ? first.values[0] : undefined;
    this.single = value && first ? { value, name: first.columns[0]?.name ?? '' } : null;
  }

  /** Null when the restrictions do not name whole keys. */
  static of(table: Table, restrictions: readonly Restriction[]): KeyPlan | null {
    const found = table.partitionKey.map((column) =>
      restrictions.find((r) => !r.token && r.columns[0] === column && (r.operator === '=' || r.operator === 'in')),
    );
    const complete = found.filter((restriction) => restriction !== undefined);
    return complete.length === found.length ? new KeyPlan(table, complete) : null;
  }

  get isSingle(): boolean {
    return this.restrictions.every(({ operator }) => operator === '=');
  }

  /** Markers of the key's columns, in order, when each is one plain marker. */
  get markers(): number[] {
    const markers = this.restrictions.map(({ marker }) => marker);
    return markers.includes(-1) ? [] : markers;
  }

  /** The one key; only when `isSingle`. */
  key(call: Call): Bytes {
    if (this.single) return checked(required(this.single.value(call), this.single.name));
    const parts = this.restrictions.map(({ values, columns }) => required(values[0]?.(call), columns[0]?.name ?? ''));
    return checked(this.table.serializeKey(parts));
  }

  /** Every combination of the values given, each once. */
  keys(call: Call): Bytes[] {
    if (this.isSingle) return [this.key(call)];
    let combinations: Bytes[][] = [[]];
    for (const restriction of this.restrictions) {
      const values = allowedValues(restriction, call);
      combinations = combinations.flatMap((parts) => values.map((value) => [...parts, value]));
    }
    return [...new Set(combinations.map((parts) => checked(this.table.serializeKey(parts))))];
  }
}

function checked(key: Bytes): Bytes {
  if (key.length === 0) throw invalid('Key may not be empty');
  if (key.length > MAX_KEY_BYTES) throw invalid(`Key length of ${key.length} is longer than maximum of 65535`);
  return key;
}
