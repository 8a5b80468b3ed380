import type { FrameTemplate } from '#libs/cql/frame-template.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Completion, Target } from '#libs/load/target.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import { rowsAt } from '#libs/workloads/stress/row-check.js';
import type { ReadSource } from './read-source.js';
import { SOAK_COLUMNS } from './soak-columns.js';
import { MOST_ROW_BYTES, type SoakRows } from './soak-rows.js';

const KEY_BYTES = 16;
const COUNT_BYTES = 4;

/** Reads by key. */
export interface ReadTemplates {
  /** Answers some columns: is the row there? */
  plain: FrameTemplate;
  /** Answers all, in the order of SOAK_COLUMNS. */
  whole: FrameTemplate;
}

interface ReadTargetOptions {
  /** Of this lane's own; its requests have slots from `base` on. */
  slots: number;
  base: number;
  rows: SoakRows;
  notes: FailureNotes;
}

/** Point reads of rows that were written, on the wire engine; a row that is not there is a failure. Nothing is allocated per read. */
export class ReadTarget implements Target {
  /** Whole rows that were compared, whatever came out. */
  verified = 0;
  /** Set before the first `fire`: a session needs its handler first. */
  connected: { session: WireSession; templates: ReadTemplates } | undefined;
  private readonly numbers: Float64Array;
  private readonly verifies: Uint8Array;
  private readonly refusals = new Refusals(this);
  private readonly key = Buffer.alloc(KEY_BYTES);
  private readonly expected = Buffer.alloc(MOST_ROW_BYTES);
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;
  private source: Pick<ReadSource, 'isVerified'> | undefined;

  constructor(private readonly options: ReadTargetOptions) {
    this.numbers = new Float64Array(options.slots);
    this.verifies = new Uint8Array(options.slots);
  }

  report(completion: Completion, turn: () => void, source: Pick<ReadSource, 'isVerified'>): void {
    this.completion = completion;
    this.turn = turn;
    this.source = source;
  }

  fire(slot: number, _operation: number, seed: number): void {
    this.numbers[slot] = seed;
    this.verifies[slot] = this.source?.isVerified === true ? 1 : 0;
    this.send(slot);
  }

  retry(slot: number): void {
    this.send(slot);
  }

  flush(): void {
    this.connected?.session.flush();
    this.refusals.flush();
  }

  private send(slot: number): void {
    const { connected, key, options } = this;
    if (connected === undefined) {
      this.refusals.add(slot, NO_HOST);
      return;
    }
    const { session, templates } = connected;
    const template = this.verifies[slot] === 1 ? templates.whole : templates.plain;
    options.rows.writeKey(this.numbers[slot] ?? 0, key, 0);
    if (session.routes) session.route(key, 0, KEY_BYTES);
    const at = session.begin(options.base + slot, template);
    if (at < 0) this.refusals.add(slot, at);
    else key.copy(session.out, at + (template.valueOffsets[0] ?? 0));
  }

  /** `start`..`end` bound the body of a RESULT Rows after the result kind. */
  onRows(slot: number, buffer: Buffer, start: number, end: number): void {
    const at = rowsAt(buffer, start);
    const found = buffer.readInt32BE(at);
    let outcome = found > 0 ? OUTCOME_INDEX.ok : OUTCOME_INDEX.missing;
    if (found === 0)
      this.options.notes.different(slot, { key: this.keyOf(slot), column: '*', expected: 'a row', found: null });
    else if (this.verifies[slot] === 1) {
      this.verified++;
      if (!this.isAsWritten(slot, buffer, at + COUNT_BYTES, end)) outcome = OUTCOME_INDEX.validation;
    }
    this.completion?.complete(slot, outcome, found);
  }

  onVoid(slot: number): void {
    this.completion?.complete(slot, OUTCOME_INDEX.ok, 0);
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    this.options.notes.error(slot, outcome, message);
    this.completion?.complete(slot, outcome, 0);
  }

  /** The statement had to be prepared anew. */
  onRetry(slot: number): void {
    this.send(slot);
    this.flush();
  }

  onTurn(): void {
    this.turn();
  }

  /** A row comes back in the bytes in which its values went out. */
  private isAsWritten(slot: number, buffer: Buffer, at: number, end: number): boolean {
    const { expected, options } = this;
    const length = options.rows.write(this.numbers[slot] ?? 0, expected, 0);
    if (at + length <= end && expected.compare(buffer, at, at + length, 0, length) === 0) return true;
    this.noteDifference(slot, buffer, at, end);
    return false;
  }

  private noteDifference(slot: number, buffer: Buffer, start: number, end: number): void {
    let [at, own] = [start, 0];
    for (const { name } of SOAK_COLUMNS) {
      const wanted = cellAt(this.expected, own, this.expected.length);
      const found = cellAt(buffer, at, end);
      if (found === null || wanted?.equals(found) !== true) {
        const hex = { expected: wanted?.toString('hex') ?? '', found: found?.toString('hex') ?? null };
        this.options.notes.different(slot, { key: this.keyOf(slot), column: name, ...hex });
        return;
      }
      own += 4 + wanted.length;
      at += 4 + found.length;
    }
  }

  private keyOf(slot: number): string {
    this.options.rows.writeKey(this.numbers[slot] ?? 0, this.key, 0);
    const hex = this.key.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}

/** A copy of the value that stands at `at` with its length before it; null for a null, or where the bytes are over. */
function cellAt(buffer: Buffer, at: number, end: number): Buffer | null {
  const length = at + 4 <= end ? buffer.readInt32BE(at) : -1;
  return length < 0 || at + 4 + length > end ? null : Buffer.from(buffer.subarray(at + 4, at + 4 + length));
}
