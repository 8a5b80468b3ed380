import type { LiveKeys } from '#libs/cdc/live-keys.js';
import type { RowKeys } from '#libs/cdc/row-key.js';
import { DELETE, INSERT, type RowShape } from '#libs/cdc/row-shape.js';
import { writeBigint } from '#libs/cdc/row-value.js';
import { KEY_BYTES } from '#libs/cdc/row-key.js';
import type { OUTCOMES } from '#libs/contract/outcome.js';
import type { FrameTemplate } from '#libs/cql/frame-template.js';
import type { HotHandler } from '#libs/cql/hot-handler.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Completion, Target } from '#libs/load/target.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';

/** After these nothing can have been written; after every other failure it may have been. */
const NOT_WRITTEN: ReadonlySet<number> = new Set(
  (['noHost', 'unavailable', 'rateLimited', 'invalid', 'unauthorized'] satisfies (typeof OUTCOMES)[number][]).map(
    (name) => OUTCOME_INDEX[name],
  ),
);

const US_PER_MS = 1_000;
const NS_PER_US = 1_000;

export interface ChangeTargetOptions {
  shape: RowShape;
  keys: RowKeys;
  live: LiveKeys;
  notes: FailureNotes;
  slots: number;
  /** Index of the lane over all lanes, and their number: whose keys and seqs are whose. */
  first: number;
  stride: number;
  clock: { nowNs(): number; toEpochMs(ns: number): number };
}

/** Changes on the wire engine: written straight into the connection's buffer; nothing is allocated per operation. */
export class ChangeTarget implements Target, HotHandler {
  /** Set before the first `fire`: a session needs its handler first. */
  session: WireSession | undefined;
  readonly templates: FrameTemplate[] = [];
  /** Of the slot whose operation is ending, or is still open, by slot. */
  readonly keyOf: Float64Array;
  readonly seqOf: Float64Array;
  readonly operationOf: Uint8Array;
  readonly isOpen: Uint8Array;
  readonly sentNs: Float64Array;
  /** The slot that is ending: read by whoever records its times. */
  endingSlot = -1;
  private readonly timestampUs: Float64Array;
  private readonly refusals = new Refusals(this);
  private readonly routeKey = Buffer.alloc(KEY_BYTES);
  private readonly epochUs: number;
  private created = 0;
  private changes = 0;
  private lastUs = 0;
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;

  constructor(private readonly options: ChangeTargetOptions) {
    const { slots, clock } = options;
    this.keyOf = new Float64Array(slots);
    this.seqOf = new Float64Array(slots);
    this.operationOf = new Uint8Array(slots);
    this.isOpen = new Uint8Array(slots);
    this.sentNs = new Float64Array(slots);
    this.timestampUs = new Float64Array(slots);
    const nowNs = clock.nowNs();
    this.epochUs = clock.toEpochMs(nowNs) * US_PER_MS - nowNs / NS_PER_US;
  }

  report(completion: Completion, turn: () => void): void {
    this.completion = completion;
    this.turn = turn;
  }

  fire(slot: number, operation: number): void {
    const { live, first, stride, clock } = this.options;
    const nowNs = clock.nowNs();
    // Rising over all rows of the lane, so that it rises for each.
    this.lastUs = Math.max(Math.floor(this.epochUs + nowNs / NS_PER_US), this.lastUs + 1);
    this.keyOf[slot] = operation === INSERT ? this.created++ * stride + first : live.take();
    this.seqOf[slot] = this.changes++ * stride + first + 1;
    this.operationOf[slot] = operation;
    this.timestampUs[slot] = this.lastUs;
    this.sentNs[slot] = nowNs;
    this.isOpen[slot] = 1;
    this.send(slot);
  }

  retry(slot: number): void {
    this.send(slot);
  }

  flush(): void {
    this.session?.flush();
    this.refusals.flush();
  }

  private send(slot: number): void {
    const { session, templates, operationOf, keyOf, seqOf } = this;
    const { shape, keys } = this.options;
    const operation = operationOf[slot] ?? INSERT;
    const key = keyOf[slot] ?? 0;
    if (session?.routes) {
      keys.write(this.routeKey, 0, key);
      session.route(this.routeKey, 0, KEY_BYTES);
    }
    const template = templates[operation];
    const at = template === undefined || session === undefined ? NO_HOST : session.begin(slot, template);
    if (template === undefined || session === undefined || at < 0) {
      this.refusals.add(slot, at);
      return;
    }
    const { out } = session;
    const { valueOffsets } = template;
    keys.write(out, at + (valueOffsets[shape.keyAt(operation)] ?? 0), key);
    writeBigint(out, at + (valueOffsets[shape.timestampAt(operation)] ?? 0), this.timestampUs[slot] ?? 0);
    if (operation !== DELETE) shape.writeCells(out, at, valueOffsets, operation, key, seqOf[slot] ?? 0);
  }

  onVoid(slot: number): void {
    this.end(slot, OUTCOME_INDEX.ok);
  }

  onRows(slot: number): void {
    this.end(slot, OUTCOME_INDEX.ok);
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    this.options.notes.error(slot, outcome, message);
    this.end(slot, outcome);
  }

  onRetry(slot: number): void {
    this.send(slot);
    this.flush();
  }

  onTurn(): void {
    this.turn();
  }

  private end(slot: number, outcome: number): void {
    if (this.isOpen[slot] === 0) return;
    this.endingSlot = slot;
    this.completion?.complete(slot, outcome, 1);
    this.endingSlot = -1;
    this.isOpen[slot] = 0;
    this.giveBack(slot, outcome);
  }

  /** The row may be changed again where its state is known and it is there. */
  private giveBack(slot: number, outcome: number): void {
    const operation = this.operationOf[slot];
    const isWritten = outcome === OUTCOME_INDEX.ok;
    if (!isWritten && !NOT_WRITTEN.has(outcome)) return;
    const isThere = isWritten ? operation !== DELETE : operation !== INSERT;
    if (isThere) this.options.live.give(this.keyOf[slot] ?? 0);
  }
}

/** Whether a write that ended so may have happened all the same. */
export const mayBeWritten = (outcome: number): boolean => outcome !== OUTCOME_INDEX.ok && !NOT_WRITTEN.has(outcome);
