import { CodedError } from '#libs/contract/coded-error.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import type { CsvRow } from '#libs/dataset/csv-row.js';
import { type CellCodec, codecOf } from './cell-codec.js';
import { fieldAt, fits, isEmptyAt, sizeAt, writeAt } from './row-field.js';
import { RawRow } from '#libs/dataset/raw-row.js';

const LENGTH_BYTES = 4;
/** [value] that is not set (native protocol v4, section 3): the cell stays as it is, and no tombstone is made. */
const UNSET = -2;
const MAX_BIGINT = 2n ** 63n;

interface BoundColumn {
  name: string;
  /** Place of its field in a row. */
  field: number;
  codec: CellCodec;
  isKey: boolean;
}

export interface RowLayout {
  /** The CSV's columns in order. */
  names: readonly string[];
  /** Of the primary key: they cannot be empty of value. */
  keys: readonly string[];
  /** `unset`: an empty field of a text is no value. */
  emptyAs: 'unset' | 'text';
  timestamp?: { column: string; unit: 'us' | 'ms' | 's' } | undefined;
}

const TO_US = { us: 1n, ms: 1_000n, s: 1_000_000n } as const;

/** Writes the rows of files with one layout as values of a prepared insert. */
export class RowCodec {
  private readonly columns: readonly BoundColumn[];
  private readonly partition: readonly BoundColumn[];
  private readonly timestampField: number;
  private readonly unitUs: bigint;

  /** Throws CodedError SCHEMA_FAILED when a column is of a type that no field can hold. */
  constructor(
    readonly statement: PreparedStatement,
    private readonly layout: RowLayout,
    bound: readonly string[],
  ) {
    const { names, keys, timestamp } = layout;
    const problems: string[] = [];
    this.columns = bound.flatMap((name, at) => {
      const codec = codecOf(statement.columns[at]?.type.id ?? -1);
      if (codec) return [{ name, field: names.indexOf(name), codec, isKey: keys.includes(name) }];
      problems.push(name);
      return [];
    });
    if (problems.length > 0)
      throw new CodedError(
        'SCHEMA_FAILED',
        `no CSV field can hold the types of ${problems.join(', ')}: leave these columns out of the files, or load them otherwise`,
      );
    this.partition = statement.partitionKey.flatMap((at) => this.columns[at] ?? []);
    this.timestampField = timestamp === undefined ? -1 : names.indexOf(timestamp.column);
    this.unitUs = TO_US[timestamp?.unit ?? 'us'];
  }

  /** Values of a row that its frame holds. */
  get values(): number {
    return this.columns.length + (this.timestampField < 0 ? 0 : 1);
  }

  /** Why a row cannot be written; undefined when it can. */
  problem(row: CsvRow): string | undefined {
    const { names } = this.layout;
    const count = row instanceof RawRow ? row.fieldCount : row.fields.length;
    if (count !== names.length) return `expected ${names.length} fields, found ${count}`;
    for (const { name, field, codec, isKey } of this.columns) {
      const isEmpty = isEmptyAt(row, field);
      if (isKey && isEmpty) return `${name}: expected ${codec.expected}, as it is of the primary key, found nothing`;
      if (!(isEmpty && this.isUnset(codec)) && !fits(row, field, codec))
        return `${name}: expected ${codec.expected}, found ${shown(fieldAt(row, field))}`;
    }
    if (this.timestampField >= 0 && this.timestampUs(row) === undefined)
      return `${names[this.timestampField] ?? ''}: expected the write time as a whole number, found ${shown(fieldAt(row, this.timestampField))}`;
    return undefined;
  }

  /** Bytes of the row's values with the length before each. */
  size(row: CsvRow): number {
    let size = this.timestampField < 0 ? 0 : LENGTH_BYTES + 8;
    for (const { field, codec } of this.columns)
      size += LENGTH_BYTES + (isEmptyAt(row, field) && this.isUnset(codec) ? 0 : sizeAt(row, field, codec));
    return size;
  }

  /** Writes as many bytes as `size` said; answers where they end. */
  write(row: CsvRow, out: Buffer, start: number): number {
    let at = start;
    for (const { field, codec } of this.columns) {
      if (isEmptyAt(row, field) && this.isUnset(codec)) {
        at = out.writeInt32BE(UNSET, at);
        continue;
      }
      const length = sizeAt(row, field, codec);
      at = out.writeInt32BE(length, at);
      writeAt(row, field, codec, out, at);
      at += length;
    }
    if (this.timestampField < 0) return at;
    at = out.writeInt32BE(8, at);
    return out.writeBigInt64BE(this.timestampUs(row) ?? 0n, at);
  }

  /** The partition key as tokens are computed of it: one column as it is, several each with length and a zero. */
  key(row: CsvRow): Buffer {
    const parts = this.partition.map(({ field, codec }) => {
      const part = Buffer.allocUnsafe(sizeAt(row, field, codec));
      writeAt(row, field, codec, part, 0);
      return part;
    });
    const [only] = parts;
    if (parts.length === 1 && only) return only;
    return Buffer.concat(
      parts.flatMap((part) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(part.length);
        return [length, part, Buffer.alloc(1)];
      }),
    );
  }

  /** An empty field is no value. */
  private isUnset(codec: CellCodec): boolean {
    return !codec.isText || this.layout.emptyAs === 'unset';
  }

  private timestampUs(row: CsvRow): bigint | undefined {
    const text = fieldAt(row, this.timestampField);
    if (!/^\d{1,19}$/.test(text)) return undefined;
    const us = BigInt(text) * this.unitUs;
    return us < MAX_BIGINT ? us : undefined;
  }
}

const SHOWN_CHARS = 60;

/** A field in a message: short, and as text. */
function shown(field: string): string {
  if (field === '') return 'nothing';
  const text = Buffer.from(field.slice(0, SHOWN_CHARS), 'latin1').toString('utf8');
  return JSON.stringify(field.length > SHOWN_CHARS ? `${text}…` : text);
}
