import { describe, expect, it } from 'vitest';
import { parseStressCommand } from '#libs/stress/command-line.js';
import { searchThreads } from './thread-search-run.js';

/** A search whose runs reach these rates. */
async function search(command: string, rates: readonly number[], writes = false) {
  const { spec, auto } = parseStressCommand(command);
  const lines: string[] = [];
  const asked: number[] = [];
  const slept: number[] = [];
  const found = await searchThreads({
    spec: { ...spec, command },
    limits: auto ?? { minThreads: 0, maxThreads: 0 },
    writes,
    line: (text) => void lines.push(text),
    clock: { sleep: async (ms) => void slept.push(ms) },
    signal: new AbortController().signal,
    run: async (threads) => {
      const opRate = rates[asked.length] ?? 0;
      asked.push(threads);
      return { success: opRate > 0, opRate, rows: [`READ, ${opRate}`, `total, ${opRate}`] };
    },
  });
  return { found, lines, asked, slept };
}

describe('searchThreads', () => {
  it('tells each improvement and ends with one table of all runs', async () => {
    const { found, lines, asked, slept } = await search('read n=1 -rate threads>=4 threads<=250', [100, 150, 300]);
    expect({ found, asked, slept }).toEqual({ found: true, asked: [4, 104, 204], slept: [] });
    expect(lines).toEqual([
      '',
      'Running with 4 threadCount',
      '',
      'Running with 104 threadCount',
      'Improvement over 4 threadCount: 50%',
      '',
      'Running with 204 threadCount',
      'Improvement over 104 threadCount: 100%',
      expect.stringMatching(/^ {13}id, type {7}total ops,/),
      '  4 threadCount, READ, 100',
      '  4 threadCount, total, 100',
      '104 threadCount, READ, 150',
      '104 threadCount, total, 150',
      '204 threadCount, READ, 300',
      '204 threadCount, total, 300',
    ]);
  });

  it('stops when more threads have not helped for three runs', async () => {
    const { asked } = await search('read n=1', [100, 200, 150, 140, 160, 1]);
    expect(asked).toEqual([4, 104, 204, 304, 404]);
  });

  it('pauses between runs that write', async () => {
    const { slept, lines } = await search('write n=1 -rate threads>=4 threads<=104 auto', [1, 2], true);
    expect(slept).toEqual([15_000]);
    expect(lines).toContain('Sleeping for 15s');
  });

  it('has no table when a run failed, and warns of uneven work', async () => {
    const { found, lines } = await search('read err<0.1', [100, 0]);
    expect(found).toBe(false);
    expect(lines[0]).toContain('WARNING: uncertainty mode');
    expect(lines.join('\n')).not.toContain('id, type');
  });
});
