import type { CsvRow } from './csv-row.js';
import type { Piece } from './piece-pool.js';

/** A row as it stands in a piece of its file: none of its bytes is copied before somebody asks for a field. */
export class RawRow implements CsvRow {
  /**
   * `from` is where its first field begins in `bytes`, `ends` where each field ends; one byte, the delimiter, is between
   * two of them.
   */
  constructor(
    readonly index: number,
    readonly line: number,
    readonly bytes: Buffer,
    readonly from: number,
    readonly ends: readonly number[],
    /** What the bytes are of, where they are used again. */
    private readonly piece: Piece | undefined,
  ) {
    piece?.hold();
  }

  release(): void {
    this.piece?.release();
  }

  get fieldCount(): number {
    return this.ends.length;
  }

  get fields(): readonly string[] {
    return this.ends.map((_, at) => this.field(at));
  }

  /** Where field `at` begins. */
  startOf(at: number): number {
    return at === 0 ? this.from : (this.ends[at - 1] ?? 0) + 1;
  }

  /** Where field `at` ends; where it begins when there is none. */
  endOf(at: number): number {
    return this.ends[at] ?? this.startOf(at);
  }

  /** Field `at`, its bytes as characters. */
  field(at: number): string {
    return this.bytes.toString('latin1', this.startOf(at), this.endOf(at));
  }
}
