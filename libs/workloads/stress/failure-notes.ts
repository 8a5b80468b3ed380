import { OUTCOMES } from '#libs/contract/outcome.js';
import type { Mismatch } from '#libs/contract/summary.js';
import type { RowGenerator } from '#libs/stress/row-generator.js';
import { OUTCOME_INDEX } from './outcome-index.js';

/** How many mismatches of a lane are kept with key, column, expected and found. */
const KEPT_MISMATCHES = 100;

/**
 * What is known of failed operations beyond their class, by slot: the last message of the server, the last mismatch. A
 * slot's note counts only once the loop says that the operation has finally failed; only failures cost anything here.
 */
export class FailureNotes {
  mismatchCount = 0;
  private readonly mismatches = new Map<number, Mismatch>();
  private readonly messages = new Map<number, string>();

  constructor(
    private readonly columnNames: readonly string[],
    private readonly report: (mismatch: Mismatch) => void,
  ) {}

  /** `found` is hex; null for a null cell. */
  mismatch(slot: number, generator: RowGenerator, column: number, found: string | null): void {
    this.mismatches.set(slot, {
      key: generator.key.toString('hex'),
      column: this.columnNames[column] ?? String(column),
      expected: generator.expected(column).toString('hex'),
      found,
    });
  }

  /** An answer differs from what was expected, in a row of a profile's table. */
  different(slot: number, mismatch: Mismatch): void {
    this.mismatches.set(slot, mismatch);
  }

  missingRow(slot: number, generator: RowGenerator): void {
    this.mismatches.set(slot, { key: generator.key.toString('hex'), column: '*', expected: 'a row', found: null });
  }

  /** More than the one row of the key came, or other columns than were asked for. */
  otherShape(slot: number, generator: RowGenerator, rows: number, columns: number): void {
    this.mismatches.set(slot, {
      key: generator.key.toString('hex'),
      column: '*',
      expected: `1 row of ${this.columnNames.length} columns`,
      found: `${rows} rows of ${columns} columns`,
    });
  }

  /** Without words of the server, whatever an earlier operation in the slot was told is forgotten. */
  error(slot: number, outcome: number, message: string | undefined): void {
    if (message === undefined) this.messages.delete(slot);
    else this.messages.set(slot, `${OUTCOMES[outcome] ?? 'other'}: ${message}`);
  }

  /** The operation in `slot` has finally failed: a sentence for the log, and the mismatch goes out. */
  failed(slot: number, outcome: number): string {
    // A note may be of an earlier try or operation that a retry has made good: only one of this outcome counts.
    const mismatched = outcome === OUTCOME_INDEX.validation || outcome === OUTCOME_INDEX.missing;
    const mismatch = mismatched ? this.mismatches.get(slot) : undefined;
    const message = mismatched ? undefined : this.messages.get(slot);
    this.mismatches.delete(slot);
    this.messages.delete(slot);
    if (!mismatch) return message ?? OUTCOMES[outcome] ?? 'other';
    this.mismatchCount++;
    if (this.mismatchCount <= KEPT_MISMATCHES) this.report(mismatch);
    return describeMismatch(mismatch);
  }
}

/** One sentence that names key, column, expected and found. */
export const describeMismatch = ({ key, column, expected, found }: Mismatch): string =>
  `Data returned was not validated: key ${key}, column ${column}, expected ${expected}, found ${found ?? 'nothing'}`;
