import { describe, expect, it } from 'vitest';
import { parseScyllaBenchCommand } from './scylla-bench-line.js';
import { RequestKeys } from './scylla-bench-request.js';
import { walkOf } from './scylla-bench-walk.js';

const open = (words: string, worker = 0) => {
  const { scyllaBench, rate, seed } = parseScyllaBenchCommand(words).spec;
  if (!scyllaBench) throw new Error('a line without its own part');
  const rows =
    'rowsPerRequest' in scyllaBench
      ? scyllaBench.rowsPerRequest
      : 'select' in scyllaBench
        ? scyllaBench.select.rowsPerRequest
        : 1;
  const run = { workers: rate.threads, seed, maxRatePerSecond: undefined, runStartNs: 5n };
  return { walk: walkOf(scyllaBench, worker, run), keys: new RequestKeys(rows) };
};
const shown = ({ pk, cks, count }: RequestKeys): string =>
  `${pk.toBigInt()}: ${cks
    .slice(0, count)
    .map((ck) => ck.toBigInt())
    .join(',')}`;

const SEQUENTIAL = '-workload sequential -partition-count 2 -clustering-row-count 5';

describe('the keys of a request', () => {
  it('are a batch of one partition, up to its end', () => {
    const { walk, keys } = open(`-mode write ${SEQUENTIAL} -concurrency 1 -rows-per-request 3`);
    const requests: string[] = [];
    for (; !walk.isDone; requests.push(shown(keys))) keys.forWrite(walk, 0);
    expect(requests).toEqual(['0: 0,1,2', '0: 3,4', '1: 0,1,2', '1: 3,4']);
  });

  it('leave no row of a neighbour in a batch', () => {
    const all = [0, 1, 2].flatMap((worker) => {
      const { walk, keys } = open(`-mode write ${SEQUENTIAL} -concurrency 3 -rows-per-request 3`, worker);
      const requests: string[] = [];
      for (; !walk.isDone; requests.push(shown(keys))) keys.forWrite(walk, 0);
      return requests;
    });
    expect(all).toEqual(['0: 0,1,2', '0: 3', '0: 4', '1: 0,1', '1: 2,3,4']);
  });

  it.each([
    ['', 'lowerBound', ['0: 0', '0: 1', '0: 2', '0: 3', '0: 4', '1: 0']],
    ['-provide-upper-bound', 'bothBounds', ['0: 0,3', '0: 1,4', '0: 2,5']],
    ['-in-restriction', 'in', ['0: 0,1,2', '0: 3,4,0', '1: 0,1,2', '1: 3,4,0']],
  ] as const)('of a read with %s are those of the restriction', (flag, restriction, requests) => {
    const { walk, keys } = open(`-mode read ${SEQUENTIAL} -concurrency 1 -rows-per-request 3 ${flag}`);
    expect(
      requests.map(() => {
        keys.forRead[restriction](walk, 0);
        return shown(keys);
      }),
    ).toEqual(requests);
  });

  it('of a read without bounds are the partition alone', () => {
    const { walk, keys } = open('-mode read -workload uniform -partition-count 1 -duration 1s -no-lower-bound');
    keys.forRead.none(walk, 0);
    expect(shown(keys)).toBe('0: ');
  });
});
