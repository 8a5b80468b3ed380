import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/coded-error.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { doorProblems } from './door-check.js';
import { formatDoor, parseDoor } from './front-door.js';
import { type FileText, parseYcsbCommand } from './ycsb-line.js';

const problemsIn = (line: string, fileText?: FileText): string[] => {
  try {
    parseYcsbCommand(line, fileText);
  } catch (error) {
    if (error instanceof CodedError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
};

/** Lines as YCSB's own documentation and public test suites have them. */
const REAL_LINES = [
  'bin/ycsb load cassandra-cql -P workloads/workloada -p hosts=127.0.0.1',
  './bin/ycsb run cassandra-cql -s -P workloads/workloada -p hosts=10.0.0.1,10.0.0.2 -threads 64 -target 5000',
  'bin/ycsb.sh run cassandra-cql -P workloads/workloadb -p maxexecutiontime=600 -p operationcount=10000000',
  'ycsb load scylla -s -P workloads/workloadd -threads 84 -p scylla.hosts=10.0.0.7 -p recordcount=1000000 -p insertcount=500000 -p insertstart=500000 -p scylla.writeconsistencylevel=QUORUM',
  'run cassandra2-cql -P workloads/workloade -p recordcount=5000 -p operationcount=200 -p maxscanlength=20',
  'run cassandra-cql -p recordcount=10 -p operationcount=10 -p readproportion=0.5 -p updateproportion=0.5 -p requestdistribution=latest -p readallfields=false -p writeallfields=true',
  'load cassandra-cql -P workloads/workloadf -p dataintegrity=true -p fieldcount=3 -p fieldlength=20 -p zeropadding=12 -p insertorder=ordered -p core_workload_insertion_retry_limit=3',
  'run cassandra-cql -P workloads/workloadc -target 100 -p measurement.interval=both -p status.interval=5 -p fieldlengthdistribution=uniform -p minfieldlength=2',
];

describe('parseYcsbCommand', () => {
  it.each(REAL_LINES)('reads %s', (line) => {
    const { spec } = parseYcsbCommand(line);
    expect(StressPlanSpec.parse(spec)).toEqual(spec);
    expect(doorProblems(spec)).toEqual([]);
  });

  it.each(REAL_LINES)('reads again what it formats of %s', (line) => {
    const { spec, target } = parseYcsbCommand(line);
    expect(parseDoor('ycsb', formatDoor(spec, target) ?? '').spec).toEqual(spec);
  });

  it("has YCSB's defaults", () => {
    const { spec, target } = parseYcsbCommand('run cassandra-cql -P workloads/workloada -p hosts=h1,h2 -p port=9043');
    expect(target).toMatchObject({ contactPoints: ['h1', 'h2'], port: 9043 });
    expect(spec).toMatchObject({
      operation: 'ycsb',
      ycsb: { phase: 'run', workload: 'A', recordCount: 1_000, fieldCount: 10, fieldLengthBytes: 100 },
      schema: { keyspace: 'ycsb' },
      consistencyLevel: 'QUORUM',
      rate: { model: 'closed', threads: 1 },
      stop: { type: 'operations', count: 1_000 },
      errors: { retries: 0, ignore: true },
    });
    expect(spec.ycsb?.shares).toBeUndefined();
    expect(spec.ycsb?.readConsistencyLevel).toBe('QUORUM');
  });

  it('ends a load with its rows, and a run at whichever end comes first', () => {
    const load = parseYcsbCommand('load cassandra-cql -P workloads/workloada -p recordcount=50 -p insertstart=20').spec;
    expect(load.stop).toEqual({ type: 'operations', count: 30 });
    const run = parseYcsbCommand('run scylla -P workloads/workloada -p maxexecutiontime=60').spec;
    expect([run.stop, run.ycsb?.operationCount]).toEqual([{ type: 'duration', durationMs: 60_000 }, 1_000]);
  });

  it('takes a target as a throttle, and as an open loop where intended starts are measured', () => {
    const line = 'run cassandra-cql -P workloads/workloada -threads 4 -target 500';
    expect(parseYcsbCommand(line).spec.rate).toEqual({ model: 'closed', threads: 4, throttlePerSecond: 500 });
    expect(parseYcsbCommand(`${line} -p measurement.interval=intended`).spec.rate).toMatchObject({
      model: 'open',
      ratePerSecond: 500,
    });
  });

  it('reads property files, over which the line has the last word', () => {
    const file = '# mine\nrecordcount = 7\noperationcount:9\r\n\n! no\nreadproportion=1\nupdateproportion=0\n';
    const { spec } = parseYcsbCommand('run cassandra-cql -p recordcount=8 -P my.properties', (path) =>
      path === 'my.properties' ? file : undefined,
    );
    expect(spec.ycsb).toMatchObject({ recordCount: 8, shares: { read: 1, update: 0 } });
    expect(spec.ycsb?.workload).toBeUndefined();
    expect(spec.stop).toEqual({ type: 'operations', count: 9 });
  });

  it('names every problem of a line', () => {
    expect(problemsIn('rnu cassandra-cql -P absent -p recordcuont=5 -p requestdistribution=hotspot -x')).toEqual([
      'command: expected one of load or run, cassandra-cql, cassandra2-cql, scylla, found rnu',
      '-P: expected a file, or workloads/workloada to workloadf; found absent',
      'command: expected one of -P, -p, -threads, -target, -s, found -x',
      'command: expected load or run, found neither',
      'recordcuont: unknown property; did you mean recordcount?',
      'requestdistribution: expected zipfian, latest or uniform (others are not here), found hotspot',
      'recordcount: expected the number of rows, found nothing',
    ]);
  });

  it.each([
    ['-p readproportion=0.2', 'expected shares that sum up to 1'],
    ['-p dataintegrity=true -p fieldlengthdistribution=uniform', 'expected constant beside dataIntegrity'],
    ['-p insertstart=1000', 'expected less than recordCount'],
    ['-p insertcount=2000', 'expected at most 1000, up to recordCount'],
    ['-p cassandra.username=me', 'expected username and password together'],
    ['-p dataintegrity=yes', 'expected true or false, found yes'],
    ['-p measurementtype=raw', 'expected hdrhistogram'],
    ['-p cassandra.tracing=true', 'expected false: requests are not traced'],
    ['-p workload=site.ycsb.workloads.TimeSeriesWorkload', 'other workloads are not here'],
  ])('refuses %s', (words, message) => {
    expect(problemsIn(`run cassandra-cql -P workloads/workloada ${words}`).join()).toContain(message);
  });

  it('repeats no password', () => {
    const { spec, target } = parseYcsbCommand(
      'run cassandra-cql -P workloads/workloada -p cassandra.username=me -p cassandra.password=hush',
    );
    expect(target).toMatchObject({ username: 'me', password: 'hush' });
    expect(formatDoor(spec, target)).not.toContain('hush');
    expect(problemsIn('run -P workloads/workloada -p cassandra.password= hush').join()).not.toContain('hush');
  });
});
