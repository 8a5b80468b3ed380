import type { CsvRow } from '#libs/dataset/csv-row.js';
import { csvLine, LINE_END } from '#libs/dataset/csv-text.js';
import type { FileProgress } from './file-progress.js';

const UNDECIDED = 0;
const WRITTEN = 1;
const REJECTED = 2;
const FAILED = 3;
const SMALLEST_RING = 1_024;

/** Text as the bytes of its UTF-8, one character each, as the fields of a row are. */
const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

/** A line of the reject file. */
function rejectLine({ line, fields, problem }: CsvRow, reason: string): string {
  const [raw = ''] = fields;
  const row = problem === undefined ? csvLine(fields).slice(0, -LINE_END.length) : raw;
  return csvLine([String(line), asBytes(reason), row]);
}

/**
 * What became of each row of one file. Rows are decided in any order; `rows` counts those before the first undecided one,
 * and only they count in the progress, so that a run that goes on from there counts and writes every row once.
 */
export class FileTally {
  rows: number;
  rejected: number;
  failed: number;
  rejectBytes: number;
  /** Rows of the file; unknown before it is read to its end. */
  private total = -1;
  /** Decisions of the rows from `rows` on, by index modulo its length. */
  private ring = new Uint8Array(SMALLEST_RING);
  private readonly lines = new Map<number, string>();
  private ready: string[] = [];
  private undecidedBefore: number;
  /** Including those beyond `rows`. */
  private allRejected: number;
  private allFailed: number;

  constructor(private readonly start: FileProgress) {
    this.rows = start.rows;
    this.rejected = start.rejected;
    this.failed = start.failed;
    this.rejectBytes = start.rejectBytes;
    this.allRejected = start.rejected;
    this.allFailed = start.failed;
    this.undecidedBefore = start.rows;
    if (start.done) this.total = start.rows;
  }

  /** There were rows left when it was begun. */
  get isOpen(): boolean {
    return !this.start.done;
  }

  /** Rows that a run before had decided. */
  get resumedRows(): number {
    return this.start.rows;
  }

  get name(): string {
    return this.start.name;
  }

  get written(): number {
    return this.rows - this.rejected - this.failed;
  }

  get isDone(): boolean {
    return this.rows === this.total;
  }

  /** The file has so many rows. */
  end(total: number): void {
    this.total = total;
  }

  write(row: CsvRow): void {
    this.decide(row, WRITTEN);
  }

  /** It cannot be written; answers how many such rows the file has by now. */
  reject(row: CsvRow, reason: string): number {
    this.lines.set(row.index, rejectLine(row, reason));
    this.allRejected++;
    this.decide(row, REJECTED);
    return this.allRejected;
  }

  /** The target did not take it. */
  fail(row: CsvRow, reason: string): void {
    this.lines.set(row.index, rejectLine(row, reason));
    this.allFailed++;
    this.decide(row, FAILED);
  }

  /** How many rows the target did not take by now. */
  get failedSoFar(): number {
    return this.allFailed;
  }

  /** Lines of the reject file that were not taken yet, of rows before `rows`. */
  takeLines(): string {
    const text = this.ready.join('');
    this.ready = [];
    return text;
  }

  progress(): FileProgress {
    const { start, rows, rejected, failed, rejectBytes } = this;
    return { ...start, rows, rejected, failed, rejectBytes, done: this.isDone };
  }

  private decide(row: CsvRow, decision: number): void {
    const { index } = row;
    row.release?.();
    if (index >= this.rows + this.ring.length) this.grow(index);
    this.undecidedBefore = Math.max(this.undecidedBefore, index + 1);
    this.ring[index % this.ring.length] = decision;
    for (let at = this.rows % this.ring.length; this.ring[at] !== UNDECIDED; at = this.rows % this.ring.length) {
      this.pass(this.ring[at] ?? 0);
      this.ring[at] = UNDECIDED;
    }
  }

  private pass(decision: number): void {
    if (decision === REJECTED) this.rejected++;
    if (decision === FAILED) this.failed++;
    const line = decision === WRITTEN ? undefined : this.lines.get(this.rows);
    if (line !== undefined) {
      this.ready.push(line);
      this.lines.delete(this.rows);
    }
    this.rows++;
  }

  private grow(index: number): void {
    const { ring } = this;
    let length = ring.length;
    while (index >= this.rows + length) length *= 2;
    this.ring = new Uint8Array(length);
    for (let row = this.rows; row < this.undecidedBefore; row++) this.ring[row % length] = ring[row % ring.length] ?? 0;
  }
}
