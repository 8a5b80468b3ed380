import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import type { PathBytes } from '#libs/zk/hot-client.js';
import { CODE } from '#libs/zk/protocol.js';
import type { LoadClient } from '../load-client.js';
import { outcomeOf } from '../outcome-of.js';
import type { Payloads } from '../payloads.js';
import type { LaneOperation } from './lane-operation.js';

const { ok, validation } = OUTCOME_INDEX;

type Begin = LaneOperation['begin'];

/** One request, whose answer only has to come. */
const request = (begin: Begin): LaneOperation => ({ begin, answer: () => ok, failure: outcomeOf, rows: 1 });

/** One request for something that must not be there. */
const absence = (begin: Begin): LaneOperation => ({
  begin,
  answer: () => validation,
  failure: (code) => (code === CODE.NO_NODE ? ok : outcomeOf(code)),
  rows: 0,
});

/** What only has to be armed: nobody waits for it. */
const nobody = (): void => undefined;

export const get = (): LaneOperation => request((slot, { hot, node }) => hot.get(slot, node));

export const set = (payloads: Payloads): LaneOperation =>
  request((slot, { hot, node }) => hot.set(slot, node, payloads.next()));

export const exists = (): LaneOperation => request((slot, { hot, node }) => hot.exists(slot, node));

export const existsWatch = (): LaneOperation => request((slot, { hot, node }) => hot.exists(slot, node, nobody));

export const existsNegative = (): LaneOperation => absence((slot, { hot, absent }) => hot.exists(slot, absent));

export const existsNegativeWatch = (): LaneOperation =>
  absence((slot, { hot, absent }) => hot.exists(slot, absent, nobody));

/** One path after the other, so that the server keeps as many watches. */
export function existsNegativeWatchMany(clients: number): LaneOperation {
  const turns = new Int32Array(clients);
  return absence((slot, { hot, many, absent, index }) => {
    const turn = turns[index] ?? 0;
    turns[index] = turn + 1 >= many.length ? 0 : turn + 1;
    return hot.exists(slot, many[turn] ?? absent, nobody);
  });
}

/** Names of a folder's znodes: rows are how many. `call` is children or children2. */
export class ListChildren implements LaneOperation {
  rows = 0;
  readonly failure = outcomeOf;

  constructor(
    private readonly call: 'children' | 'children2',
    private readonly folder: (client: LoadClient) => PathBytes,
  ) {}

  begin(slot: number, client: LoadClient): boolean {
    return client.hot[this.call](slot, this.folder(client));
  }

  answer(_slot: number, _client: LoadClient, buffer: Buffer, start: number): number {
    this.rows = Math.max(0, buffer.readInt32BE(start));
    return ok;
  }
}
