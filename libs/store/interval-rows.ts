import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import type { StoredInterval } from './port.js';
import type { IntervalRow, IntervalSelfRow } from './row.js';

/** Whose rows they are. */
export interface RowPlace {
  runId: string;
  shardIndex: number;
  /** Of the claim under which they are written. */
  token: number;
  executorId: string;
  region: string | null;
}

const bufferOf = (bytes: Uint8Array | undefined): Buffer | null =>
  bytes === undefined ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The row of an interval itself. */
export const selfRow = (
  { runId, shardIndex, token, executorId, region }: RowPlace,
  { interval, startMs, lengthMs, partial, self }: IntervalSnapshot,
): IntervalSelfRow => ({
  runId,
  shardIndex,
  interval,
  token,
  executorId,
  region,
  startMs,
  lengthMs,
  partial,
  self,
});

/** A row for each operation of an interval. */
export const operationRows = (
  { runId, shardIndex, token }: RowPlace,
  { interval, operations }: IntervalSnapshot,
): IntervalRow[] =>
  Object.entries(operations).map(([operation, { st, rt, wt, failedSt, ...counters }]) => ({
    runId,
    shardIndex,
    interval,
    token,
    operation,
    counters,
    st: Buffer.from(st.buffer, st.byteOffset, st.byteLength),
    rt: bufferOf(rt),
    wt: bufferOf(wt),
    failedSt: bufferOf(failedSt),
  }));

const operationOf = ({ counters, st, rt, wt, failedSt }: IntervalRow): OperationInterval => ({
  ...counters,
  st,
  rt: rt ?? undefined,
  wt: wt ?? undefined,
  failedSt: failedSt ?? undefined,
});

/** Both kinds of rows of one run as intervals, in the order of `selves`. */
export function storedIntervals(
  selves: readonly IntervalSelfRow[],
  operations: readonly IntervalRow[],
): StoredInterval[] {
  const byPlace = new Map<string, IntervalRow[]>();
  for (const row of operations) {
    const place = `${row.shardIndex}/${row.interval}/${row.token}`;
    const list = byPlace.get(place);
    if (list) list.push(row);
    else byPlace.set(place, [row]);
  }
  return selves.map(({ runId: _runId, ...row }) => {
    const rows = byPlace.get(`${row.shardIndex}/${row.interval}/${row.token}`) ?? [];
    return { ...row, operations: Object.fromEntries(rows.map((one) => [one.operation, operationOf(one)])) };
  });
}
