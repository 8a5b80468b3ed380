import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import { CODE, CREATE_MODE } from '#libs/zk/protocol.js';
import type { LoadClient } from '../load-client.js';
import { outcomeOf } from '../outcome-of.js';
import type { Payloads } from '../payloads.js';
import { type LaneOperation, PENDING } from './lane-operation.js';

const { ok, connectionLost } = OUTCOME_INDEX;

/** Makes an ephemeral znode with a number at the end of its name. */
export const createEphemeral = (payloads: Payloads): LaneOperation => ({
  begin: (slot, { hot, ephemeral }) => hot.create(slot, ephemeral, payloads.next(), CREATE_MODE.ephemeralSequential),
  answer(_slot, { created }, buffer, start, end) {
    created.add(buffer, start, end);
    return ok;
  },
  failure: outcomeOf,
  rows: 1,
});

/** Deletes the oldest znode that the client has made. */
export const deleteOldest = (): LaneOperation => ({
  begin(slot, { hot, created }) {
    const oldest = created.take();
    if (oldest === undefined) return false;
    const begun = hot.delete(slot, oldest);
    created.sent(oldest);
    return begun;
  },
  answer: () => ok,
  failure: outcomeOf,
  rows: 1,
  possible: ({ created }) => created.count > 0,
});

/** Bytes of a Stat up to its version: two zxids and two times. */
const VERSION_AT = 32;
const LENGTH_BYTES = 4;
const ZERO = 48;
const DIGITS = 16;

/** Reads a number, and writes it back one higher with the version that was read: a conflict is a failure. */
export class IncrementSet implements LaneOperation {
  readonly rows = 1;
  readonly failure = outcomeOf;
  /** By slot: the number is written already. */
  private readonly writing: Uint8Array;
  private readonly value: Buffer;

  constructor(slots: number, valueSizeBytes: number) {
    this.writing = new Uint8Array(slots);
    this.value = Buffer.alloc(Math.max(DIGITS, valueSizeBytes), ZERO);
  }

  begin(slot: number, { hot, node }: LoadClient): boolean {
    this.writing[slot] = 0;
    return hot.get(slot, node);
  }

  answer(slot: number, { hot, node }: LoadClient, buffer: Buffer, start: number): number {
    if (this.writing[slot] === 1) return ok;
    const length = Math.max(0, buffer.readInt32BE(start));
    const data = start + LENGTH_BYTES;
    const version = buffer.readInt32BE(data + length + VERSION_AT);
    this.write(numberIn(buffer, data, data + length) + 1);
    this.writing[slot] = 1;
    return hot.set(slot, node, this.value, version) ? PENDING : connectionLost;
  }

  /** Decimal, with zeros before it. */
  private write(number: number): void {
    let rest = number;
    for (let at = this.value.length - 1; at >= this.value.length - DIGITS; at--) {
      this.value[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

/** A decimal number; 0 for anything else. */
function numberIn(buffer: Buffer, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = (buffer[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number;
}

/** A transaction that sets the client's znode, and makes and deletes one below it; `bodies` by client. */
export const transaction = (bodyOf: (client: LoadClient) => Uint8Array): LaneOperation => ({
  begin: (slot, client) => client.hot.multi(slot, bodyOf(client)),
  answer(_slot, _client, buffer, start) {
    // Header of the first part: type (-1: it failed), whether it is the last, code.
    if (buffer.readInt32BE(start) !== -1) return ok;
    const code = buffer.readInt32BE(start + 5);
    return outcomeOf(code === CODE.OK ? CODE.ROLLED_BACK : code);
  },
  failure: outcomeOf,
  rows: 3,
});
