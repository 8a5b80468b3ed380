import { CodedError } from '#libs/contract/coded-error.js';
import type { CsvRow } from '#libs/dataset/csv-row.js';
import { type CellCodec, codecOf } from '#libs/workloads/load/cell-codec.js';
import type { Binding } from './binding.js';

const LENGTH_BYTES = 4;
const NO_BYTES = Buffer.alloc(0);
/** Objects of a row beside its bytes, about. */
const OVERHEAD_BYTES = 400;
const LONGEST_SHOWN = 60;

/** Why a field is no value of its column. */
class BadValue extends Error {}

/** A row that is to be asked for. */
export interface QueryRow {
  /** As it stands in the CSV. */
  key: string;
  /** The bound values of an EXECUTE request, each after its length. */
  values: Buffer;
  /** The partition key as tokens are computed of it; empty when it is not known. */
  route: Buffer;
  /** By cell of the answer: what it has to be, undefined for whatever it is. Absent when nothing is compared. */
  expected: readonly (Buffer | undefined)[] | undefined;
}

/** About the memory of a row. */
export function bytesOf({ values, route, expected }: QueryRow): number {
  let bytes = OVERHEAD_BYTES + values.length + route.length;
  for (const cell of expected ?? []) bytes += cell?.length ?? 0;
  return bytes;
}

interface Field {
  at: number;
  name: string;
  codec: CellCodec;
}

/** Makes requests of the rows of one file. Throws CodedError INPUT_UNREADABLE when it lacks a column. */
export class RowMaker {
  private readonly bound: readonly Field[];
  private readonly cells: readonly (Field | undefined)[];
  private readonly keyAt: number;
  private readonly fieldCount: number | undefined;
  private readonly least: number;

  /** `exact`: every row has as many fields as there are columns. */
  constructor(
    private readonly binding: Binding,
    {
      columns,
      keyColumn,
      shown,
      exact,
    }: { columns: readonly string[]; keyColumn: string; shown: string; exact: boolean },
  ) {
    const fieldOf = ({ name, type }: Binding['bound'][number]): Field | undefined => {
      const at = columns.indexOf(name);
      const codec = codecOf(type.id);
      return at < 0 || codec === undefined ? undefined : { at, name, codec };
    };
    const need = [...binding.bound.map(({ name }) => name), ...(binding.compared ?? [])];
    const missing = [...new Set(need)].filter((name) => !columns.includes(name));
    if (missing.length > 0)
      throw new CodedError(
        'INPUT_UNREADABLE',
        `${shown} cannot be asked for: expected a column ${missing.join(' and a column ')}, found ${columns.join(', ')}: name the key column (keyColumn, SORT_KEY_COLUMN) or the columns to bind`,
      );
    this.bound = binding.bound.map(fieldOf).filter((field) => field !== undefined);
    this.cells = binding.answered.map((column) =>
      binding.compared === undefined || binding.compared.includes(column.name) ? fieldOf(column) : undefined,
    );
    if (binding.answered.length > 0 && this.cells.every((cell) => cell === undefined))
      throw new CodedError(
        'INPUT_UNREADABLE',
        `${shown} has nothing to compare: expected columns of the answer (${binding.answered.map(({ name }) => name).join(', ')}), found ${columns.join(', ')}`,
      );
    this.keyAt = Math.max(0, columns.indexOf(keyColumn));
    this.fieldCount = exact ? columns.length : undefined;
    this.least = columns.length;
  }

  /** The request of a row, or why there is none. */
  make({ fields, problem }: CsvRow): QueryRow | string {
    if (problem !== undefined) return problem;
    if (fields.length < this.least || (this.fieldCount !== undefined && fields.length !== this.fieldCount))
      return `expected ${this.least} fields, found ${fields.length}`;
    try {
      const values = this.bound.map((field) => encoded(field, fields));
      const expected = this.cells.length === 0 ? undefined : this.cells.map((cell) => cell && wanted(cell, fields));
      return { key: fields[this.keyAt] ?? '', values: withLengths(values), route: this.routeOf(values), expected };
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      return error.message;
    }
  }

  private routeOf(values: readonly Buffer[]): Buffer {
    const parts = this.binding.partitionKey.map((index) => values[index] ?? NO_BYTES);
    const [first = NO_BYTES] = parts;
    return parts.length <= 1 ? first : compositeKey(parts);
  }
}

function encoded({ at, name, codec }: Field, fields: readonly string[]): Buffer {
  const field = fields[at] ?? '';
  if (!codec.fits(field)) throw new BadValue(`${name}: expected ${codec.expected}, found ${shown(field)}`);
  const bytes = Buffer.allocUnsafe(codec.size(field));
  codec.write(field, bytes, 0);
  return bytes;
}

/** A field without text is no value of most types: it was loaded as none, or not at all. */
const wanted = (field: Field, fields: readonly string[]): Buffer =>
  fields[field.at] === '' ? NO_BYTES : encoded(field, fields);

function shown(field: string): string {
  if (field === '') return 'nothing';
  return field.length > LONGEST_SHOWN ? `${field.slice(0, LONGEST_SHOWN)}… (${field.length} bytes)` : field;
}

function withLengths(values: readonly Buffer[]): Buffer {
  const bytes = Buffer.alloc(values.reduce((sum, value) => sum + LENGTH_BYTES + value.length, 0));
  let at = 0;
  for (const value of values) {
    at = bytes.writeInt32BE(value.length, at);
    at += value.copy(bytes, at);
  }
  return bytes;
}

/** Several columns, each with its length before and a zero behind. */
function compositeKey(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(part.length);
      return [length, part, Buffer.alloc(1)];
    }),
  );
}
