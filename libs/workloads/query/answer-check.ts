import type { Mismatch } from '#libs/contract/summary.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import { rowCount } from '#libs/workloads/stress/row-check.js';
import { readCells } from '#libs/workloads/stress/user/cells.js';
import type { Binding } from './binding.js';
import type { QueryRow } from './row-maker.js';

/** Bytes of a value that a mismatch shows, from where the two begin to differ. */
const SHOWN_BYTES = 32;

/** What an answer is: an index into OUTCOMES, its rows, and where it differs. */
export interface Answer {
  outcome: number;
  rows: number;
  mismatch?: Omit<Mismatch, 'key'>;
}

/** Looks whether answers are what the CSV says. */
export class AnswerCheck {
  constructor(
    private readonly binding: Pick<Binding, 'answered'>,
    private readonly found: boolean,
  ) {}

  /** `start`..`end` bound the body of a RESULT Rows after the result kind. */
  check({ expected }: QueryRow, buffer: Buffer, start: number, end: number): Answer {
    const rows = rowCount(buffer, start);
    if (rows === 0)
      return this.found
        ? { outcome: OUTCOME_INDEX.missing, rows, mismatch: { column: '*', expected: 'a row', found: null } }
        : { outcome: OUTCOME_INDEX.ok, rows };
    return expected === undefined
      ? { outcome: OUTCOME_INDEX.ok, rows }
      : this.compare(expected, rows, readCells(buffer, start, end));
  }

  private compare(
    expected: readonly (Buffer | undefined)[],
    rows: number,
    [cells = [], ...others]: readonly (readonly (Buffer | null)[])[],
  ): Answer {
    if (others.length > 0) {
      const mismatch = { column: '*', expected: '1 row', found: `${rows} rows` };
      return { outcome: OUTCOME_INDEX.validation, rows, mismatch };
    }
    for (const [index, wanted] of expected.entries()) {
      const cell = cells[index] ?? null;
      if (wanted === undefined || same(wanted, cell)) continue;
      const column = this.binding.answered[index]?.name ?? String(index);
      return { outcome: OUTCOME_INDEX.validation, rows, mismatch: { column, ...difference(wanted, cell) } };
    }
    return { outcome: OUTCOME_INDEX.ok, rows };
  }
}

/** CSV has no null: a field without text may be one. */
const same = (wanted: Buffer, cell: Buffer | null): boolean =>
  cell === null ? wanted.length === 0 : wanted.equals(cell);

/** Both values in hex; of long ones a part from the first byte that differs. */
function difference(wanted: Buffer, cell: Buffer | null): { expected: string; found: string | null } {
  let at = 0;
  if (cell !== null) while (at < wanted.length && wanted[at] === cell[at]) at++;
  const show = (bytes: Buffer): string => {
    if (bytes.length <= SHOWN_BYTES) return bytes.toString('hex');
    const part = bytes.subarray(at, at + SHOWN_BYTES).toString('hex');
    return `${part} (from byte ${at} of ${bytes.length})`;
  };
  return { expected: show(wanted), found: cell && show(cell) };
}
