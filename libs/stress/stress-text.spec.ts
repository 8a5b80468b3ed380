import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import { Histogram } from '#libs/stats/histogram.js';
import { parseStressCommand } from './command-line.js';
import { StressText } from './stress-text.js';

const target = { nodes: ['127.0.0.5'], port: 29042 };
const sample = (name: string): string[] =>
  readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8').split('\n');
const textOf = (line: string) => new StressText(parseStressCommand(line).spec, target);

const encoded = (values: readonly number[]): Uint8Array => {
  const histogram = Histogram.empty();
  for (const value of values) histogram.record(value * 1e6);
  return histogram.encode();
};

const operation = (latenciesMs: readonly number[], failedMs: readonly number[] = []): OperationInterval => ({
  scheduled: latenciesMs.length + failedMs.length,
  completed: latenciesMs.length + failedMs.length,
  failed: failedMs.length,
  dropped: 0,
  retries: 0,
  partitions: latenciesMs.length,
  rows: latenciesMs.length,
  errors: failedMs.length > 0 ? { unavailable: failedMs.length } : {},
  st: encoded(latenciesMs),
  failedSt: failedMs.length > 0 ? encoded(failedMs) : undefined,
});

const snapshot = (
  interval: number,
  operations: Record<string, OperationInterval>,
  lengthMs = 1000,
): IntervalSnapshot => ({
  interval,
  startMs: interval * 1000,
  lengthMs,
  partial: lengthMs !== 1000,
  operations,
  self: {
    cpuUs: 0,
    eventLoopDelayMaxMs: 0,
    scheduleLagMaxMs: 0,
    inFlightMax: 0,
    inFlightCapHits: 0,
    gcPauseMs: 0,
    rssBytes: 0,
    bytesSent: 0,
    bytesReceived: 0,
    lateAnswers: 0,
  },
});

describe('StressText', () => {
  it.each([
    [
      'mixed-settings',
      'mixed ratio(write=1,read=3) n=20000 cl=ONE -rate threads=16 -mode native cql3 protocolVersion=4 connectionsPerHost=8',
    ],
    [
      'duration-settings',
      'write duration=10s cl=ONE -rate threads=16 -mode native cql3 protocolVersion=4 connectionsPerHost=8 -log interval=2s',
    ],
  ])('prints the settings block of the captured run %s', (name, line) => {
    expect(textOf(line).settings()).toEqual(sample(name).slice(0, -1));
  });

  it('names what runs, and until when, as the original does', () => {
    expect(textOf('mixed n=20000 -rate threads=16').running()).toBe(
      'Running [READ, WRITE] with 16 threads for 20000 iteration',
    );
    expect(textOf('write duration=10s -rate threads=16').running()).toBe('Running WRITE with 16 threads 10 seconds');
    expect(textOf('mixed n=20000 -rate threads=16').warmingUp(5000)).toEqual([
      'Warming up READ with 5000 iterations...',
      'Warming up WRITE with 5000 iterations...',
    ]);
  });

  it('prints the captured header', () => {
    expect(textOf('write n=1').header()).toBe(sample('rows')[0]);
  });

  it('prints one total row for one type, in the widths of the captured rows, on strict boundaries', () => {
    const text = textOf('write n=100 -rate threads=1');
    const [row, ...rest] = text.interval(snapshot(0, { WRITE: operation([1, 2, 3, 4]) }));
    expect(rest).toEqual([]);
    expect(row).toBe(
      'total,             4,       4,       4,       4,     2.5,     2.0,     4.0,     4.0,     4.0,     4.0,    1.0,  0.00000,      0,      0,       0,       0,       0,       0',
    );
    expect(row?.length).toBe(sample('rows')[1]?.length);
    expect(text.interval(snapshot(1, {}))).toEqual([]);
    expect(text.interval(snapshot(2, { WRITE: operation([1]) }, 500))[0]).toContain(',    2.5,');
  });

  it('counts failed operations as the original does: in op/s and latency, not in rows', () => {
    const [read, write, total] = textOf('mixed n=100 -rate threads=1').interval(
      snapshot(0, { READ: operation([1], [9]), WRITE: operation([1]) }),
    );
    expect(read).toBe(
      'READ,              2,       2,       1,       1,     5.0,     1.0,     9.0,     9.0,     9.0,     9.0,    1.0,  0.00000,      1,      0,       0,       0,       0,       0',
    );
    expect(write?.startsWith('WRITE,             1,       1,       1,       1,')).toBe(true);
    expect(total?.startsWith('total,             3,       3,       2,       2,')).toBe(true);
  });

  it('gives the captured uncertainty: two row rates 6313 and 16605 are 0.3175 apart', () => {
    const text = textOf('write n=100 -rate threads=1 -log interval=2s');
    const rows = (count: number, maxMs: number) => ({ ...operation([maxMs]), rows: count });
    text.interval({ ...snapshot(0, { WRITE: rows(11_083, 244.4) }, 2000), partial: false });
    const [row] = text.interval({ ...snapshot(1, { WRITE: rows(24_736, 510.4) }, 2000), partial: false });
    expect(Number(row?.split(',')[12])).toBeCloseTo(0.31755, 2);
  });

  it('prints the summary in the captured form', () => {
    const text = textOf('mixed n=100 -rate threads=1');
    text.interval(
      snapshot(0, {
        READ: operation(Array.from({ length: 1500 }, () => 1.5)),
        WRITE: operation(Array.from({ length: 500 }, () => 1234.5)),
      }),
    );
    const shape = (lines: readonly string[]) =>
      lines.map((line) =>
        line
          .replace(/\d/g, '0')
          .replace(/ +/g, ' ')
          .replace(/0[0,.]*0|0/g, '#'),
      );
    expect(shape(text.summary())).toEqual(shape(sample('summary').slice(0, -1)));
    expect(text.summary()).toContain('Op rate                   :    2,000 op/s  [READ: 1,500 op/s, WRITE: 500 op/s]');
    expect(text.summary()).toContain('Total partitions          :      2,000 [READ: 1,500, WRITE: 500]');
    expect(text.summary().find((line) => line.startsWith('Latency max'))).toMatch(
      /^Latency max {15}: 1\d{3}\.\d ms \[READ: 1\.5 ms, WRITE: 1,23\d\.\d ms\]$/,
    );
  });

  it('prints the shorter table of pystress when that is asked for', () => {
    const { spec, output } = parseStressCommand('mixed n=100 -rate threads=1 -log style=pystress');
    const text = new StressText(spec, target, output);
    expect(text.header()).toBe(
      ' total ops,    op/s,  mean,     med,     .95,     .99,    .999,     max,   time,  errors',
    );
    const rows = text.interval(snapshot(0, { READ: operation([1], [9]), WRITE: operation([1]) }));
    expect(rows).toEqual(['         3,       3,   3.7,     1.0,     9.0,     9.0,     9.0,     9.0,    1.0        1']);
    const labels = text.summary().map((line) => line.split(':')[0]?.trimEnd());
    expect(labels).toEqual([
      '',
      '',
      'Results',
      'Op rate',
      'Latency mean',
      'Latency median',
      'Latency 95th percentile',
      'Latency 99th percentile',
      'Latency 99.9th percentile',
      'Latency max',
      'Total operation time',
      '',
    ]);
  });
});
