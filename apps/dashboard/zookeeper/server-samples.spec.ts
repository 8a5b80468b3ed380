import { expect, it } from 'vitest';
import { SampleTable } from '../../../libs/workloads/zookeeper/sample-table.js';
import { parseCsv, ServerSamples } from './server-samples.js';

it('CSV is read with quotes, and without a line that is not whole yet', () => {
  expect(parseCsv('a,b\n"x, ""y""",2\r\n3,')).toEqual([
    ['a', 'b'],
    ['x, "y"', '2'],
  ]);
});

it('what the samples of servers have written gives a line for each server, over the time of the run', () => {
  const samples = new ServerSamples();
  for (const [server, watches] of [
    ['127.0.0.1:2181', [5, 6]],
    ['127.0.0.2:2181', [9, 9]],
  ] as const) {
    const table = new SampleTable(server);
    for (const [turn, count] of watches.entries()) {
      const sample = new Map([
        ['watch_count', String(count)],
        ['server_state', 'follower'],
        ['version', '3.9, built "today"'],
      ]);
      samples.add(table.add(10_000 + turn * 500, sample).text);
      // A key that comes later begins another file.
      if (turn === 1) samples.add(table.add(11_000, new Map([...sample, ['synced_followers', '2']])).text);
    }
  }
  expect(samples.keys).toEqual(['synced_followers', 'watch_count']);
  expect(samples.firstOf(['znode_count', 'watch_count'])).toBe('watch_count');
  expect(samples.columns('synced_followers', 10_000)).toEqual({
    x: [1],
    lines: [
      { name: '127.0.0.1:2181', values: [2] },
      { name: '127.0.0.2:2181', values: [2] },
    ],
  });
});
