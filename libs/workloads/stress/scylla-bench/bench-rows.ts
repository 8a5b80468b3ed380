import { countersAddUp, type Payload } from '#libs/front-doors/scylla-bench-payload.js';
import { Word64 } from '#libs/front-doors/word64.js';
import { ROWS_FLAG } from '#libs/cql/protocol.js';
import { rowsAt } from '../row-check.js';

const KEY_BYTES = 8;
const COUNTERS = 5;

/** What a page of rows holds, checked in place; after `read`, what was found. Allocation-free but for problems. */
export class BenchRows {
  rows = 0;
  /** Where the paging state ([bytes]) begins, and its length with that of the length; 0 when this was the last page. */
  stateAt = 0;
  stateBytes = 0;
  /** The first row that is wrong: why, with its keys and where its value lies (`length` below zero for none). */
  problem: string | undefined;
  readonly pk = new Word64();
  readonly ck = new Word64();
  valueAt = 0;
  valueLength = 0;
  private readonly counters = new Float64Array(COUNTERS);
  private readonly counter = new Word64();

  constructor(
    private readonly payload: Payload,
    private readonly isCounter: boolean,
    private readonly isChecked: boolean,
  ) {}

  /** `start`..`end` bound the body after the result kind. With `pk`, every row has to be of that partition. */
  read(buffer: Buffer, start: number, end: number, pk: Word64 | undefined): void {
    const flags = buffer.readInt32BE(start);
    this.stateBytes = 0;
    if ((flags & ROWS_FLAG.HAS_MORE_PAGES) !== 0) {
      this.stateAt = start + 8;
      this.stateBytes = 4 + Math.max(0, buffer.readInt32BE(this.stateAt));
    }
    const at = rowsAt(buffer, start);
    this.rows = buffer.readInt32BE(at);
    this.problem = undefined;
    if (this.isChecked) this.checkRows(buffer, at + 4, end, pk);
  }

  private checkRows(buffer: Buffer, first: number, end: number, pk: Word64 | undefined): void {
    let at = first;
    for (let row = 0; row < this.rows && this.problem === undefined; row++) {
      // A primary key is never null.
      if (at + 2 * (4 + KEY_BYTES) > end) {
        this.problem = 'the answer ends within a row';
        return;
      }
      this.pk.setWords(buffer.readInt32BE(at + 4), buffer.readInt32BE(at + 8));
      this.ck.setWords(buffer.readInt32BE(at + 16), buffer.readInt32BE(at + 20));
      at += 2 * (4 + KEY_BYTES);
      at = this.isCounter ? this.checkCounters(buffer, at, end) : this.checkValue(buffer, at, end);
      if (pk !== undefined && !pk.equals(this.pk))
        this.problem = `the row is of another partition than ${pk.toBigInt()}`;
    }
  }

  private checkValue(buffer: Buffer, at: number, end: number): number {
    const length = at + 4 <= end ? buffer.readInt32BE(at) : -1;
    this.valueAt = at + 4;
    this.valueLength = length;
    if (length < 0) this.problem = 'the row has no value';
    else if (this.valueAt + length > end) this.problem = 'the answer ends within a row';
    else this.problem = this.payload.problemWith(buffer, this.valueAt, length, this.pk, this.ck);
    return this.valueAt + Math.max(0, length);
  }

  private checkCounters(buffer: Buffer, first: number, end: number): number {
    const { counters, counter } = this;
    let at = first;
    for (let index = 0; index < COUNTERS; index++) {
      const length = at + 4 <= end ? buffer.readInt32BE(at) : -1;
      at += 4;
      // A counter that was never added to is null.
      if (length === KEY_BYTES) counter.setWords(buffer.readInt32BE(at), buffer.readInt32BE(at + 4));
      counters[index] = length === KEY_BYTES ? counter.toNumber() : 0;
      at += Math.max(0, length);
    }
    this.valueAt = first;
    this.valueLength = at - first;
    const [c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0] = counters;
    if (!countersAddUp(this.ck.toNumber(), c1, c2, c3, c4, c5))
      this.problem = 'the counters are not what updates of this row leave behind';
    return at;
  }
}
