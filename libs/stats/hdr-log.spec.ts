import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import { encodedCount } from './encoded-counts.js';
import { readHdrLog } from './hdr-log-reader.js';
import { hdrLogHeader, hdrLogLines } from './hdr-log.js';
import { Histogram } from './histogram.js';
import { anInterval, anOperation, encoded, steady } from './sample-interval.js';

/** Logs that Java cassandra-stress (Scylla's fork, 3.18.3) wrote in runs with `fixed=`; the first one is cut after three intervals. */
const genuine = (name: string) =>
  readFileSync(new URL(`fixtures/cassandra-stress-${name}.hdr`, import.meta.url), 'utf8');

/** The log's entries as the snapshots that they were made of. */
function snapshotsOf(text: string): IntervalSnapshot[] {
  const byStart = new Map<number, IntervalSnapshot>();
  for (const { tag, startMs, lengthMs, histogram } of readHdrLog(text).entries) {
    const snapshot = byStart.get(startMs) ?? { ...anInterval(byStart.size), startMs, lengthMs, operations: {} };
    byStart.set(startMs, snapshot);
    const [name = '', type = ''] = tag.split('-');
    const operation: OperationInterval = snapshot.operations[name] ?? anOperation([]);
    snapshot.operations[name] = { ...operation, [type]: histogram };
  }
  return [...byStart.values()];
}

describe.each(['fixed', 'fixed-mixed'])('the genuine log %s', (name) => {
  const text = genuine(name);

  it('is written again to the letter from what was read', () => {
    const snapshots = snapshotsOf(text);
    const { startMs } = readHdrLog(text);
    const lines = [...hdrLogHeader(startMs), ...snapshots.flatMap((snapshot) => hdrLogLines(snapshot, startMs))];
    expect(`${lines.join('\n')}\n`).toBe(text);
  });

  it('has the same counts however it is decoded', () => {
    for (const { histogram, max } of readHdrLog(text).entries) {
      const decoded = Histogram.decode(histogram);
      expect(encodedCount(histogram)).toBe(decoded.count);
      expect(decoded.count).toBeGreaterThan(0);
      expect(Math.abs(decoded.maxNs / 1e6 - max)).toBeLessThan(0.001);
    }
  });
});

describe('an HDR log', () => {
  const startMs = 1_795_212_426_001;
  const operation = anOperation(steady(100, 2), { rt: encoded(steady(100, 5)), wt: encoded(steady(100, 3)) });
  const snapshot = anInterval(0, { startMs, lengthMs: 999.6, operations: { WRITE: operation, READ: anOperation([]) } });

  it('counts times from the full second before the start, and skips what is empty', () => {
    const lines = hdrLogLines({ ...snapshot, startMs: startMs + 2000 }, startMs);
    expect(lines.map((line) => line.replace(/,HISTF.*/, ''))).toEqual([
      'Tag=WRITE-st,2.001,1.000,2.001',
      'Tag=WRITE-rt,2.001,1.000,5.001',
      'Tag=WRITE-wt,2.001,1.000,3.000',
    ]);
  });

  it('has neither response nor wait time without a schedule', () => {
    const lines = hdrLogLines({ ...snapshot, operations: { WRITE: anOperation([1]) } }, startMs);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Tag=WRITE-st,/);
  });

  it('may be of one operation or one type', () => {
    const both = { ...snapshot, operations: { WRITE: operation, READ: operation } };
    const tags = (selection: Parameters<typeof hdrLogLines>[2]) =>
      hdrLogLines(both, startMs, selection).map((line) => /^Tag=([^,]+)/.exec(line)?.[1]);
    expect(tags({ operation: 'READ' })).toEqual(['READ-st', 'READ-rt', 'READ-wt']);
    expect(tags({ type: 'wt' })).toEqual(['READ-wt', 'WRITE-wt']);
    expect(tags({ operation: 'WRITE', type: 'st' })).toEqual(['WRITE-st']);
  });

  it('writes the date as Java does', () => {
    expect(hdrLogHeader(Date.UTC(2026, 1, 3, 4, 5, 6, 789))[3]).toBe(
      '#[StartTime: 1770091506.000 (seconds since epoch), Tue Feb 03 04:05:06 UTC 2026]',
    );
  });

  it('that is damaged is refused with the line', () => {
    expect(() => readHdrLog(`${hdrLogHeader(0).join('\n')}\nTag=WRITE-st,1.0,garbage\n`)).toThrow('line 6');
  });
});
