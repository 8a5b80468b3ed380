/** What a lane tells of a change; `FORGET`: the ring was full, the key is not to be judged. */
export const CHANGE_STATE = { written: 0, unknown: 1, forget: 2 } as const;

const FIELDS = 6;
const HEAD_INTS = 4;
const HEAD_BYTES = HEAD_INTS * 4;
const WRITTEN = 0;
const READ = 1;

/** One change as it stands in the ring; times are epoch milliseconds. One object, filled anew for each. */
export interface RingChange {
  key: number;
  seq: number;
  /** Index of CHANGE_NAMES. */
  operation: number;
  /** Of CHANGE_STATE. */
  state: number;
  dueMs: number;
  sentMs: number;
  /** Of the acknowledgement; of a write without an answer, when it was given up. */
  ackedMs: number;
}

export const makeRing = (capacity: number): SharedArrayBuffer =>
  new SharedArrayBuffer(HEAD_BYTES + capacity * FIELDS * 8);

/** Changes on their way from one lane (the only writer) to the verifier (the only reader), in shared memory. */
export class ChangeRing {
  private readonly heads: Int32Array;
  private readonly fields: Float64Array;
  private readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.heads = new Int32Array(memory, 0, HEAD_INTS);
    this.fields = new Float64Array(memory, HEAD_BYTES);
    this.capacity = this.fields.length / FIELDS;
  }

  /** False when it is full. Hot: nothing is allocated. */
  push(
    key: number,
    seq: number,
    operation: number,
    state: number,
    dueMs: number,
    sentMs: number,
    ackedMs: number,
  ): boolean {
    const { heads, fields, capacity } = this;
    const written = heads[WRITTEN] ?? 0;
    // Both counters wrap at 2^32, and so does their difference.
    if (((written - Atomics.load(heads, READ)) | 0) >= capacity) return false;
    const at = ((written >>> 0) % capacity) * FIELDS;
    fields[at] = key;
    fields[at + 1] = seq;
    fields[at + 2] = operation * 4 + state;
    fields[at + 3] = dueMs;
    fields[at + 4] = sentMs;
    fields[at + 5] = ackedMs;
    Atomics.store(heads, WRITTEN, (written + 1) | 0);
    return true;
  }

  /** Fills `change` with the oldest one; false when there is none. */
  pop(change: RingChange): boolean {
    const { heads, fields, capacity } = this;
    const read = heads[READ] ?? 0;
    if (read === Atomics.load(heads, WRITTEN)) return false;
    const at = ((read >>> 0) % capacity) * FIELDS;
    const kind = fields[at + 2] ?? 0;
    change.key = fields[at] ?? 0;
    change.seq = fields[at + 1] ?? 0;
    change.operation = Math.floor(kind / 4);
    change.state = kind % 4;
    change.dueMs = fields[at + 3] ?? 0;
    change.sentMs = fields[at + 4] ?? 0;
    change.ackedMs = fields[at + 5] ?? 0;
    Atomics.store(heads, READ, (read + 1) | 0);
    return true;
  }
}
