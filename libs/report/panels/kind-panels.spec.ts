import { describe, expect, it } from 'vitest';
import type { SelfWatch } from '#libs/contract/interval.js';
import type { Run } from '#libs/contract/run.js';
import type { RunReport } from '#libs/contract/summary.js';
import { anOperation, aSelf, steady } from '#libs/stats/sample-interval.js';
import { aRun, aSummary } from '../../../test/sample-run.js';
import { PictureFold } from '../picture/picture-fold.js';
import type { RunPicture } from '../picture/run-picture.js';
import { frameOf } from '../time-frame.js';
import { kindPanel } from './kind-panels.js';

const START_MS = 1_763_683_200_000;

function pictureOf(
  kind: Run['kind'],
  report: RunReport | undefined,
  { selves = [{}, {}, {}], files = {} }: { selves?: Partial<SelfWatch>[]; files?: Record<string, string> } = {},
): RunPicture {
  const fold = new PictureFold({ startMs: START_MS, expectedMs: selves.length * 1000 });
  for (const [second, self] of selves.entries())
    fold.add([
      {
        interval: second,
        startMs: START_MS + second * 1000,
        lengthMs: 1000,
        partial: false,
        shardIndex: 0,
        token: 1,
        executorId: 'executor-0',
        region: null,
        operations: { WRITE: anOperation(steady(10, 2)) },
        self: aSelf(self),
      },
    ]);
  return {
    run: aRun({ kind, name: `a <${kind}>` }),
    summary: aSummary(report === undefined ? {} : { report }),
    ...fold.take([], null),
    annotations: [],
    targetSays: null,
    files,
  };
}

const panelOf = (...pictures: RunPicture[]): string => kindPanel(pictures, frameOf(pictures));
const rows = (panel: string, heading: string): string[][] => {
  const [, section = ''] = panel.split(`<h2>${heading}</h2>`);
  const [body = ''] = section.split('</section>');
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell),
  );
};

const phase = (ratePerSecond: number, p99Ms: number) => ({
  fromMs: START_MS,
  toMs: START_MS + 1000,
  operations: { WRITE: { operations: 900, errors: 3, ratePerSecond, p50Ms: 1, p99Ms, maxMs: 90 } },
});

const soak: RunReport = {
  kind: 'soak',
  keyspace: 'ks',
  table: 'soak',
  batches: 1200,
  rowsWritten: 24_000,
  failedBatches: 2,
  failedRows: 40,
  openBatches: 1,
  openRows: 20,
  batchRetries: 7,
  reads: 5000,
  failedReads: 0,
  verifiedReads: 50,
  missing: 0,
  different: 0,
  readersWaitedMs: 12,
  limitLowest: 16,
  limitDecreases: 3,
  scaler: {
    type: 'simulated',
    cycles: 1,
    latency: 'st',
    ended: null,
    omittedResizes: 0,
    resizes: [
      {
        number: 1,
        from: 3,
        to: 6,
        requestId: 'r1',
        outcome: 'completed',
        detail: null,
        startedAtMs: START_MS + 1000,
        healthyAtMs: START_MS + 2000,
        stableAtMs: START_MS + 2500,
        gaps: 1,
        before: phase(1000, 4),
        during: phase(700, 20),
        after: phase(1400, 3),
        throughputBackMs: 1300,
        p99BackMs: null,
      },
    ],
  },
};

describe('kindPanel', () => {
  it('has nothing to add for a kind without a panel, or before there is a report', () => {
    expect(panelOf(pictureOf('stress', undefined))).toBe('');
    expect(panelOf(pictureOf('load', undefined))).toBe('');
  });

  it('shows what each resize of a soak did to the load, and the limit that backpressure moved', () => {
    const pacing = (limit: number, lowest: number, decreases: number) => ({
      pacing: { limit, lowest, decreases, backoffs: 0, backoffMs: 0, poolKeys: 100, verified: 1, isReading: true },
    });
    const panel = panelOf(
      pictureOf('soak', soak, { selves: [pacing(128, 128, 0), pacing(64, 32, 2), pacing(96, 64, 0)] }),
    );
    expect(rows(panel, 'Batches and reads')[1]?.slice(0, 4)).toEqual(['a &lt;soak&gt;', 'ks.soak', '1,200', '24,000']);
    const resizes = rows(panel, 'Resizes');
    expect(resizes[1]?.slice(1, 3)).toEqual(['simulated: nodes of the simulator', '1']);
    expect(resizes[3]?.slice(1)).toEqual([
      '1: 3 to 6 nodes',
      '1.0 s',
      'completed',
      '1 s',
      '1.5 s',
      '1',
      '1.3 s',
      'not seen',
      '',
    ]);
    expect(resizes.slice(5).map(([, , name, , , , rate, , p99]) => `${name} ${rate} ${p99}`)).toEqual([
      'before 1,000 4.00',
      'during 700 20.0',
      'after 1,400 3.00',
    ]);
    expect(panel).toContain('aria-label="Batches in flight that backpressure allows"');
    expect(panel).toContain('<title>resize 1: 3 to 6 nodes</title>');
    expect(panel).toContain('aria-label="Backpressure"');
  });

  it('shows how changes fared, and says loudly that some are lost', () => {
    const latency = { count: 100, minMs: -1.5, meanMs: 20, p50Ms: 18, p95Ms: 40, p99Ms: null, maxMs: 55 };
    const cdc: RunReport = {
      kind: 'cdc',
      pipeline: 'simulated',
      written: { insert: 700, update: 200, delete: 100 },
      failedWrites: 1,
      eventsPerSecond: 500,
      errorShare: 0.001,
      method: 'poll',
      methodNote: 'no slot could be made',
      sampledKeys: 90,
      sampledChanges: 120,
      outcomes: { timed: 100, superseded: 12, unknown: 1, unverified: 4, lost: 3 },
      verifiedShare: 0.9412,
      unseen: 6,
      unverifiedBy: { deadline: 4, backlog: 0, notFollowed: 0 },
      fromAck: latency,
      fromSend: latency,
      fromDue: latency,
      negativeFromAck: 2,
      wrongRows: { missing: 2, reappeared: 0, stale: 1, different: 0 },
      wrongRowCount: 3,
      vanished: 1,
      duplicates: null,
      reordered: 0,
      reappearances: 0,
      unexpectedDeletes: 0,
      queueDepthMax: 44,
      drainMs: 800,
      drained: true,
      pollGapMaxMs: 12,
      clock: { offsetMs: -3.25, errorMs: 0.1, driftMs: null },
      sinkErrors: { connection: 2 },
      commitlogSyncPeriodMs: 1000,
      commitlogNote: 'periodic',
      simulated: null,
    };
    const replication = (queueDepth: number, timed: number, lost: number) => ({
      replication: { queueDepth, verified: { timed, superseded: 0, unknown: 0, unverified: 0, lost }, sinkErrors: {} },
    });
    const panel = panelOf(pictureOf('cdc', cdc, { selves: [replication(5, 50, 0), replication(44, 50, 3)] }));
    expect(panel).toContain('<p class="bad">3 changes are lost, 3 rows are wrong.</p>');
    expect(panel).toContain('simulated: its figures say nothing of a real one');
    expect(rows(panel, 'Replication latency, ms')[1]).toEqual([
      'a &lt;cdc&gt;',
      'its acknowledgement',
      '100',
      '-1.50',
      '20.0',
      '18.0',
      '40.0',
      '-',
      '55.0',
    ]);
    expect(rows(panel, 'What became of the changes')[1]).toEqual([
      'a &lt;cdc&gt;',
      '94.12 %',
      '100',
      '12',
      '1',
      '4',
      '3',
      '4',
      '0',
      '0',
    ]);
    expect(rows(panel, 'Rows that are wrong at the end, and what was seen on the way')[1]?.slice(1, 8)).toEqual([
      '3',
      '2',
      '0',
      '1',
      '0',
      '1',
      '-',
    ]);
    expect(rows(panel, 'Errors of PostgreSQL')[1]).toEqual(['a &lt;cdc&gt;', 'connection', '2']);
    expect(panel).toContain('aria-label="Changes that are waited for"');
  });

  it("shows a load's rows by file, and those of two runs beside each other", () => {
    const counts = { read: 300, written: 290, rejected: 8, failed: 2, resumedRows: 0 };
    const load: RunReport = {
      kind: 'load',
      dataset: 'rows',
      keyspace: 'ks',
      table: 't',
      ...counts,
      files: [{ name: 'a<1>.csv', done: true, ...counts, rejectFile: 'a.rejects' }],
      verification: { checked: 10, same: 9, missing: 1, different: 0, unanswered: 0, complete: true },
    };
    const panel = panelOf(pictureOf('load', load), pictureOf('load', load));
    expect(rows(panel, 'Rows')).toHaveLength(3);
    expect(rows(panel, 'Files')[1]).toEqual([
      'a &lt;load&gt;',
      'a&lt;1&gt;.csv',
      '300',
      '290',
      '8',
      '2',
      '0',
      'yes',
      'a.rejects',
    ]);
    expect(rows(panel, 'Read back')[1]?.slice(1)).toEqual(['10', '9', '1', '0', '0', 'yes']);
  });

  it("plots what ZooKeeper's servers said, and lists outages", () => {
    const zookeeper: RunReport = {
      kind: 'zookeeper',
      root: '/r',
      sessions: 4,
      connectionLosses: 2,
      sessionsExpired: 0,
      sessionsMoved: 1,
      watchesRearmed: 0,
      recovery: { count: 2, meanMs: 120, maxMs: 180 },
      outages: [{ startMs: START_MS + 500, sessions: 2, recoveredMs: 180 }],
      leaderChanges: 1,
      samples: 2,
      failedSamples: 0,
      bench: {},
    };
    const csv = `timestamp,host_port,outstanding_requests\n${START_MS},a:1,4\n${START_MS + 1000},a:1,9\n`;
    const panel = panelOf(pictureOf('zookeeper', zookeeper, { files: { 'zk-metrics-a.csv': csv } }));
    expect(panel).toContain('aria-label="Outstanding requests"');
    expect(rows(panel, 'Outages')[1]).toEqual(['a &lt;zookeeper&gt;', '0.5 s', '2', '180 ms']);
  });
});
