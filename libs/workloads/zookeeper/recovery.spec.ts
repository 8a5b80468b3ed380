import { describe, expect, it } from 'vitest';
import { Recovery } from './recovery.js';
import { joinZookeeper } from './zookeeper.report.js';
import type { ZookeeperReport } from './zookeeper.schema.js';

const START_MS = 1_700_000_000_000;

function recovery() {
  const now = { ms: 0 };
  const kept = new Recovery({ nowNs: () => now.ms * 1e6, epochMs: () => START_MS + now.ms });
  const at = (ms: number) => {
    now.ms = ms;
    return kept;
  };
  return { kept, at };
}

const report = (figures: ReturnType<Recovery['figures']>): ZookeeperReport => ({
  kind: 'zookeeper',
  root: '/r',
  ...figures,
  leaderChanges: 0,
  samples: 0,
  failedSamples: 0,
  bench: {},
});

describe('Recovery', () => {
  it('tells an outage from the first loss until everybody is back, and each session’s own time', () => {
    const { kept, at } = recovery();
    for (const client of [0, 1, 2]) kept.connected(client, 'a:1', true, 0);
    at(100).disconnected(0);
    at(150).disconnected(1);
    at(300).connected(0, 'b:1', true, 4);
    at(500).expire();
    at(550).connected(1, 'a:1', false, 0);
    expect(kept.figures()).toEqual({
      sessions: 3,
      connectionLosses: 2,
      sessionsExpired: 1,
      sessionsMoved: 1,
      watchesRearmed: 4,
      recovery: { count: 2, meanMs: 300, maxMs: 400 },
      outages: [{ startMs: START_MS + 100, recoveredMs: 450, sessions: 2 }],
    });
  });

  it('leaves an outage open that has not ended, and joins those of lanes that overlap', () => {
    const [one, other, later] = [recovery(), recovery(), recovery()];
    for (const { kept } of [one, other, later]) kept.connected(0, 'a:1', true, 0);
    one.at(100).disconnected(0);
    one.at(400).connected(0, 'b:1', true, 0);
    other.at(300).disconnected(0);
    other.at(600).connected(0, 'b:1', true, 0);
    later.at(900).disconnected(0);
    const joined = joinZookeeper([later, one, other].map(({ kept }) => report(kept.figures())));
    expect(joined).toMatchObject({ sessions: 3, connectionLosses: 3, recovery: { count: 2, meanMs: 300, maxMs: 300 } });
    expect(joined?.outages).toEqual([
      { startMs: START_MS + 100, recoveredMs: 500, sessions: 2 },
      { startMs: START_MS + 900, recoveredMs: null, sessions: 1 },
    ]);
  });
});
