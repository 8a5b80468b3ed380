import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import { Target } from '#libs/contract/target.js';
import { Histogram } from '#libs/stats/histogram.js';
import { parseStressCommand } from '#libs/stress/command-line.js';
import { StressOutput } from './stress-output.js';

/*
 * Standard output of ScyllaDB's cassandra-stress 3.18.3 against one Cassandra node, its driver's log lines taken out, the
 * command above it. Ours is made here of the same numbers of operations in the same intervals.
 */
const RUNS = ['write-n', 'mixed', 'duration', 'counter-write', 'read-n', 'fixed'];

/** Pauses that Tidemark does not make: it asks the nodes until they agree on the schema. */
const PAUSES = /^(Created keyspaces\. Sleeping \d+s for propagation\.|Sleeping 2s\.\.\.)$/;
const ROW = /^([A-Z_]+|total), +(\d+),.*, +([\d.]+), +-?[\d.]+, +\d+(?:, +\d+){5}$/;

interface Row {
  name: string;
  total: number;
  seconds: number;
}

function captured(name: string) {
  const [command = '', ...lines] = readFileSync(new URL(`fixtures/genuine-${name}.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const rows = lines.flatMap((line): Row[] => {
    const [, row = '', total, seconds] = ROW.exec(line) ?? [];
    return total === undefined ? [] : [{ name: row, total: Number(total), seconds: Number(seconds) }];
  });
  return { command, lines: lines.filter((line) => !PAUSES.test(line)), rows };
}

const done = (count: number): OperationInterval => {
  const histogram = Histogram.empty();
  for (let index = 0; index < count; index++) histogram.record(1e6 + index * 1e4);
  return {
    scheduled: count,
    completed: count,
    failed: 0,
    dropped: 0,
    retries: 0,
    partitions: count,
    rows: count,
    errors: {},
    st: histogram.encode(),
    rt: histogram.encode(),
  };
};

const SELF = {
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
};

/** The captured intervals as an engine reports them: what each operation did since its row before. */
function snapshots(rows: readonly Row[], onlyName: string): IntervalSnapshot[] {
  const before = new Map<string, number>();
  const found: IntervalSnapshot[] = [];
  let operations: Record<string, OperationInterval> = {};
  let lastMs = 0;
  const hasNames = rows.some(({ name }) => name !== 'total');
  for (const { name, total, seconds } of rows) {
    if (name !== 'total' || !hasNames)
      operations[name === 'total' ? onlyName : name] = done(total - (before.get(name) ?? 0));
    before.set(name, total);
    if (name !== 'total') continue;
    const endMs = Math.round(seconds * 1000);
    const partial = endMs % 1000 !== 0;
    found.push({ interval: found.length, startMs: lastMs, lengthMs: endMs - lastMs, partial, operations, self: SELF });
    operations = {};
    lastMs = endMs;
  }
  return found;
}

function ours(command: string, rows: readonly Row[]): string[] {
  // The original opens eight connections to each node unless it is told otherwise.
  const { spec, target, output } = parseStressCommand(command.replace('-mode ', '-mode connectionsPerHost=8 '));
  const lines: string[] = [];
  const terminal = { write: () => undefined, remark: () => undefined };
  const job = {
    spec: { ...spec, command },
    target: Target.parse({ contactPoints: target.contactPoints, port: target.port }),
    output,
  };
  const text = new StressOutput(job, (line) => void lines.push(line), terminal);
  text.settings(undefined);
  const node = { address: '127.0.0.5', datacenter: 'datacenter1', rack: 'rack1', releaseVersion: '4.1.0' };
  text.prepared({ clusterName: 'test', simulated: false, nodes: [node] });
  text.opened();
  for (const snapshot of snapshots(rows, spec.operation.toUpperCase())) text.interval(snapshot);
  text.finished({ completed: 0, mismatches: 0, stopped: false, failure: undefined });
  lines.push(text.end(true));
  return lines;
}

/** Settings, what is said of the connection, rows with their header, summary, last word. */
function parts(lines: readonly string[]) {
  const settings = lines.indexOf('') + 1;
  const header = lines.findIndex((line) => line.startsWith('type  '));
  const summary = lines.indexOf('', header);
  return {
    settings: lines.slice(0, settings),
    connection: lines.slice(settings, header),
    header: lines[header],
    rows: lines.slice(header + 1, summary),
    summary: lines.slice(summary, -1),
    end: lines.at(-1),
  };
}

/** Name and total of a row, and where its columns end: everything but the measured figures. */
const rowShape = (row: string) => ({
  start: row.slice(0, 20),
  columnEnds: [...row.matchAll(/,/g)].map(({ index }) => index),
  length: row.length,
});

/** A line of the summary but for its figures: label, where the first one ends, unit, and the operations with theirs. */
const summaryShape = (line: string) => ({
  label: line.slice(0, 28),
  firstEnds: /^[^:]+: +[\d,.NaN]+/.exec(line)?.[0].length,
  rest: line.replace(/^[^:]+: +/, '').replace(/[\d][\d,.]*/g, '#'),
});

describe.each(RUNS)('the text of the captured run %s', (name) => {
  const { command, lines, rows } = captured(name);
  const theirs = parts(lines);
  const mine = parts(ours(command, rows));

  it('has the same settings block to the byte', () => {
    expect(theirs.settings.length).toBeGreaterThan(80);
    expect(mine.settings).toEqual(theirs.settings);
  });

  it('says the same of connection, warm-up and run', () => {
    // The original connects when its first operation needs it, so the order of these differs from command to command.
    expect([...mine.connection].sort()).toEqual([...theirs.connection].sort());
  });

  it('has the same header, and rows of the same operations with the same columns', () => {
    expect(mine.header).toBe(theirs.header);
    expect(theirs.rows.length).toBeGreaterThan(3);
    expect(mine.rows.map(rowShape)).toEqual(theirs.rows.map(rowShape));
  });

  it('has the same summary, figures apart, and the same last word', () => {
    const counts = (summary: readonly string[]) => summary.filter((line) => /^Total (partitions|errors)/.test(line));
    expect(theirs.summary.length).toBeGreaterThan(18);
    expect(mine.summary.map(summaryShape)).toEqual(theirs.summary.map(summaryShape));
    expect(counts(mine.summary)).toEqual(counts(theirs.summary));
    expect(mine.end).toBe(theirs.end);
  });
});
