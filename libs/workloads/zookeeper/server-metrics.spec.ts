import { describe, expect, it } from 'vitest';
import type { DriverEvents } from '#libs/workloads/driver.js';
import { ServerMetrics } from './server-metrics.js';
import { readMntr, type ServerSample, serverPlaces } from './server-sample.js';
import { serverSeries } from './report/server-series.js';

const START_MS = 1_700_000_000_000;

/** A clock whose sleeps pass at once; `turns` ends them. */
function clockOf(turns: number) {
  let ms = 0;
  let left = turns;
  return {
    nowNs: () => ms * 1e6,
    epochMs: () => START_MS + ms,
    sleep: (forMs: number, signal?: AbortSignal): Promise<void> => {
      if (left-- <= 0) return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
      ms += forMs;
      return Promise.resolve();
    },
  };
}

async function watched(answers: readonly (ServerSample | Error)[]) {
  const files = new Map<string, string>();
  const notes: string[] = [];
  const events: DriverEvents = {
    log: () => undefined,
    interval: () => undefined,
    mismatch: () => undefined,
    started: () => undefined,
    artifact: (name, _type, text) => files.set(name, (files.get(name) ?? '') + text),
    annotate: (_atMs, label) => notes.push(label),
  };
  let asked = 0;
  const metrics = new ServerMetrics({
    places: serverPlaces(['127.0.0.1:2181'], []),
    source: 'mntr',
    intervalMs: 500,
    clock: clockOf(answers.length - 1),
    events,
    ask: () => {
      const answer = answers[asked++] ?? new Error('asked too often');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  while (asked < answers.length) await Promise.resolve();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  await metrics.stop();
  return { metrics, files, notes };
}

const sample = (values: Record<string, string>): ServerSample => new Map(Object.entries(values));

describe('ServerMetrics', () => {
  it('keeps every key, in a new file when there are new ones, and notes a server that is away', async () => {
    const { metrics, files, notes } = await watched([
      sample({ version: '3.9, built', znode_count: '5' }),
      new Error('away'),
      sample({ znode_count: '6', watch_count: '2', version: '3.9, built' }),
    ]);
    expect([metrics.samples, metrics.failedSamples, metrics.leaderChanges]).toEqual([2, 1, 0]);
    expect(notes).toEqual(['server 127.0.0.1:2181 does not answer', 'server 127.0.0.1:2181 answers again']);
    expect([...files]).toEqual([
      [
        'zk-metrics-127.0.0.1_2181.csv',
        `timestamp,host_port,version,znode_count\n${START_MS},127.0.0.1:2181,"3.9, built",5\n`,
      ],
      [
        'zk-metrics-127.0.0.1_2181.2.csv',
        `timestamp,host_port,version,znode_count,watch_count\n${START_MS + 1000},127.0.0.1:2181,"3.9, built",6,2\n`,
      ],
    ]);
    const [series] = serverSeries([...files.values()], START_MS);
    expect(series?.keys.get('znode_count')).toEqual([
      [0, 5],
      [1, 6],
    ]);
    expect(series?.keys.has('version')).toBe(false);
  });

  it('reads the lines of mntr without their prefix', () => {
    expect([...readMntr('zk_version\t3.8.0-x, built on y\nzk_server_state\tleader\nnonsense\n')]).toEqual([
      ['version', '3.8.0-x, built on y'],
      ['server_state', 'leader'],
    ]);
  });
});
