import type { Mismatch } from '#libs/contract/summary.js';
import type { WireSession } from '#libs/cql/session.js';
import { YCSB_OPERATIONS } from '#libs/front-doors/operation-weights.js';
import type { KeyDraw } from '#libs/front-doors/ycsb-draw.js';
import { coreWorkload } from '#libs/front-doors/ycsb.js';
import type { LaneShare } from '#libs/workloads/lane/message.js';
import { type DoorWork, MORE } from '../door/door-target.js';
import type { FailureNotes } from '../failure-notes.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import { rowsAt } from '../row-check.js';
import type { YcsbSpec } from '../ycsb.schema.js';
import type { YcsbRequests } from './ycsb-requests.js';

const [READ, UPDATE, INSERT, SCAN] = YCSB_OPERATIONS.keys();
const NO_ROW = -1;

export interface YcsbWorkOptions {
  session: WireSession;
  requests: YcsbRequests;
  spec: YcsbSpec;
  keys: KeyDraw;
  share: LaneShare;
  notes: FailureNotes;
  random: () => number;
}

/** YCSB's operations of a lane, by slot. Nothing is allocated but for what is wrong. */
export class YcsbWork implements DoorWork {
  private readonly operations: Uint8Array;
  private readonly numbers: Float64Array;
  /** Index of the row that an insert of a run makes; NO_ROW for all else. */
  private readonly made: Float64Array;
  private readonly readFields: Int32Array;
  private readonly writtenFields: Int32Array;
  private readonly lengths: Int32Array;
  private readonly rows: Float64Array;
  private readonly scanLength: { min: number; max: number };

  constructor(private readonly options: YcsbWorkOptions) {
    const slots = options.share.threads;
    this.operations = new Uint8Array(slots);
    this.numbers = new Float64Array(slots);
    this.made = new Float64Array(slots).fill(NO_ROW);
    this.readFields = new Int32Array(slots);
    this.writtenFields = new Int32Array(slots);
    this.lengths = new Int32Array(slots);
    this.rows = new Float64Array(slots);
    this.scanLength = coreWorkload(options.spec).scanLength;
  }

  draw(slot: number, operation: number, item: number): void {
    const { spec, keys } = this.options;
    this.operations[slot] = operation;
    this.made[slot] = NO_ROW;
    this.numbers[slot] = operation === INSERT ? this.newNumber(slot, item) : keys.next();
    this.readFields[slot] = this.drawField();
    this.writtenFields[slot] = this.drawField();
    const { min, max } = this.scanLength;
    this.lengths[slot] = operation === SCAN ? this.below(max - min + 1) + min : 0;
    this.rows[slot] = spec.phase === 'load' ? 1 : 0;
  }

  private newNumber(slot: number, item: number): number {
    const { spec, keys, share } = this.options;
    if (spec.phase === 'load') return spec.insertStart + share.first + item * share.stride;
    const index = keys.insert();
    this.made[slot] = index;
    return keys.numberOfNew(index);
  }

  private drawField(): number {
    return this.below(this.options.spec.fieldCount);
  }

  private below(count: number): number {
    return Math.floor(this.options.random() * count);
  }

  begin(slot: number): number {
    const { requests } = this.options;
    const field = this.readFields[slot] ?? 0;
    this.rows[slot] = 0;
    requests.key.set(this.numbers[slot] ?? 0);
    const operation = this.operations[slot];
    if (operation === UPDATE) return requests.update(slot, this.writtenFields[slot] ?? 0);
    if (operation === INSERT) return requests.insert(slot);
    if (operation === SCAN) return requests.scan(slot, field, this.lengths[slot] ?? 1);
    return requests.read(slot, field);
  }

  flush(): void {
    this.options.session.flush();
  }

  /** A write has been done. */
  onVoid(slot: number): number {
    this.rows[slot] = 1;
    return OUTCOME_INDEX.ok;
  }

  onRows(slot: number, buffer: Buffer, start: number, end: number): number {
    const at = rowsAt(buffer, start);
    const rows = buffer.readInt32BE(at);
    this.rows[slot] = rows;
    const operation = this.operations[slot];
    if (operation === SCAN) return OUTCOME_INDEX.ok;
    if (rows === 0) return this.differs(slot, OUTCOME_INDEX.missing, '*', 'a row', null);
    const { spec, requests } = this.options;
    if (spec.dataIntegrity) {
      const outcome = this.check(slot, buffer, at + 4, end);
      if (outcome !== OUTCOME_INDEX.ok) return outcome;
    }
    if (operation === READ) return OUTCOME_INDEX.ok;
    // Read, modify, write: the update follows, and both are one operation.
    requests.key.set(this.numbers[slot] ?? 0);
    const sent = requests.update(slot, this.writtenFields[slot] ?? 0);
    if (sent >= 0) return MORE;
    return sent === -1 ? OUTCOME_INDEX.noHost : OUTCOME_INDEX.other;
  }

  /** Compares the fields of the one row that came, in their order. */
  private check(slot: number, buffer: Buffer, first: number, end: number): number {
    const { spec, requests } = this.options;
    const { key, values, fields } = requests;
    key.set(this.numbers[slot] ?? 0);
    const from = spec.readAllFields ? 0 : (this.readFields[slot] ?? 0);
    const to = spec.readAllFields ? fields.length : from + 1;
    let at = first;
    for (let field = from; field < to; field++) {
      const length = at + 4 <= end ? buffer.readInt32BE(at) : NO_ROW;
      at += 4;
      const isWhole = length >= 0 && at + length <= end;
      if (!isWhole || !values.matches(buffer, at, length, key, field)) {
        const found = isWhole ? buffer.toString('utf8', at, at + length) : null;
        return this.differs(slot, OUTCOME_INDEX.validation, fields[field] ?? '', values.expected(key, field), found);
      }
      at += length;
    }
    return OUTCOME_INDEX.ok;
  }

  private differs(slot: number, outcome: number, column: string, expected: string, found: Mismatch['found']): number {
    const { notes, requests } = this.options;
    requests.key.set(this.numbers[slot] ?? 0);
    notes.different(slot, { key: requests.key.text(), column, expected, found });
    return outcome;
  }

  rowsOf(slot: number): number {
    return this.rows[slot] ?? 0;
  }

  ended(slot: number): void {
    const made = this.made[slot] ?? NO_ROW;
    if (made === NO_ROW) return;
    this.made[slot] = NO_ROW;
    this.options.keys.acknowledge(made);
  }
}
