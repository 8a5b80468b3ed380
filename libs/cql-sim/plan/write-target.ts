import { invalid } from '../cql-error.js';
import type { Relation, Term, Using } from '../lang/statement.js';
import { native } from '../lang/cql-type.js';
import { int64Of, toBuffer } from '../storage/bytes.js';
import type { Table } from '../storage/table.js';
import type { Call } from './call.js';
import { KeyPlan } from './key-plan.js';
import { RowFilter } from './row-filter.js';
import type { TermCompiler, Value } from './term.js';
import { compileRelation, type Restriction } from './where.js';

/** Where a modification writes: the partition keys, and the rows in them. */
export interface WriteTarget {
  keys: KeyPlan;
  rows: RowFilter;
}

/** INSERT names its row by values, not by WHERE. */
export function relationsOfInsert(columns: readonly string[], terms: readonly Term[], table: Table): Relation[] {
  return columns.flatMap((column, i): Relation[] => {
    const term = terms[i];
    const isKey = table.column(column).slot < 0;
    return isKey && term ? [{ columns: [column], token: false, operator: '=', terms: [term], inMarker: false }] : [];
  });
}

export function compileTarget(table: Table, where: readonly Relation[], compiler: TermCompiler): WriteTarget {
  const restrictions = where.map((relation) => compileRelation(table, relation, compiler));
  const outside = restrictions.find((r) => r.token || r.columns.some(({ slot }) => slot >= 0));
  if (outside) throw invalid(`Non PRIMARY KEY columns found in where clause: ${outside.columns[0]?.name ?? ''}`);
  const keys = KeyPlan.of(table, restrictions);
  if (!keys) throw invalid(`Some partition key parts are missing: ${missing(table, restrictions)}`);
  return { keys, rows: new RowFilter(table, restrictions, true) };
}

function missing(table: Table, restrictions: readonly Restriction[]): string {
  return table.partitionKey
    .filter((column) => !restrictions.some(({ columns }) => columns.includes(column)))
    .map(({ name }) => name)
    .join(', ');
}

const optionalValue = (term: Term | null, table: Table, name: string, type: 'bigint' | 'int', compiler: TermCompiler) =>
  term && compiler.value(term, { keyspace: table.keyspace, table: table.name, name, type: native(type) });

/** Write time and expiry of one modification. */
export class WriteTimes {
  private readonly timestamp: Value | null;
  private readonly ttl: Value | null;
  private readonly defaultTtlSeconds: number;

  constructor(using: Using, table: Table, compiler: TermCompiler) {
    this.timestamp = optionalValue(using.timestamp, table, '[timestamp]', 'bigint', compiler);
    this.ttl = optionalValue(using.ttl, table, '[ttl]', 'int', compiler);
    const option = table.options.get('default_time_to_live');
    this.defaultTtlSeconds = typeof option === 'string' ? Number(option) : 0;
  }

  timestampUs(call: Call): number {
    const given = this.timestamp?.(call);
    return given === null || given === undefined ? call.timestampUs : Number(int64Of(given));
  }

  /** 0 for never. */
  ttlSeconds(call: Call): number {
    if (this.ttl === null && this.defaultTtlSeconds === 0) return 0;
    const given = this.ttl?.(call);
    const seconds = given === null || given === undefined ? this.defaultTtlSeconds : toBuffer(given).readInt32BE();
    if (seconds < 0) throw invalid('A TTL must be greater or equal to 0, but was ' + String(seconds));
    return seconds;
  }

  /** Wall time in ms, 0 for never. */
  expiresMs(call: Call): number {
    const seconds = this.ttlSeconds(call);
    return seconds === 0 ? 0 : call.wallMs + seconds * 1000;
  }
}
