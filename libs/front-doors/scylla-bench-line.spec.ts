import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/coded-error.js';
import { doorProblems } from './door-check.js';
import { SCYLLA_BENCH_FLAGS } from './scylla-bench-flags.js';
import { formatScyllaBench } from './scylla-bench-format.js';
import { parseScyllaBenchCommand } from './scylla-bench-line.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

const problemsIn = (line: string): string[] => {
  try {
    parseScyllaBenchCommand(line);
  } catch (error) {
    if (error instanceof CodedError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
};

/** The examples of scylla-bench's own documentation, and lines in the shape of ScyllaDB's long-running tests. */
const REAL_LINES = [
  'scylla-bench -workload sequential -mode write -nodes 127.0.0.1',
  'scylla-bench -workload uniform -mode read -concurrency 128 -duration 15m -nodes some_node',
  'scylla-bench -workload uniform -mode read -duration 15m -concurrency 32 -max-rate 32000 -nodes 192.168.8.4',
  'scylla-bench -workload uniform -mode counter_update -duration 30m -concurrency 128',
  'scylla-bench -workload uniform -mode mixed -concurrency 64 -duration 30m -nodes 127.0.0.1',
  'scylla-bench -mode scan -timeout 5m -concurrency 1',
  'scylla-bench -workload sequential -mode write -nodes 127.0.0.1 -clustering-row-size 16 -validate-data',
  'scylla-bench -workload sequential -mode write -partition-count 5 -partition-offset 10',
  'scylla-bench -workload=sequential -mode=write -replication-factor=3 -partition-count=100 -clustering-row-count=5555 -clustering-row-size=uniform:10..20 -concurrency=10 -connection-count=10 -consistency-level=quorum -rows-per-request=10 -timeout=90s -iterations=0 -duration=48h -validate-data',
  'scylla-bench -workload=timeseries -mode=write -partition-count=400 -max-rate=20000 -concurrency=100 -duration=10m -clustering-row-count 1000',
  'scylla-bench -workload=timeseries -mode=read -write-rate 50 -start-timestamp 1763000000123456789 -distribution hnormal -duration=10m -rows-per-request=100',
  'scylla-bench -mode=scan -range-count 3000 -concurrency 100 -iterations 5 -bypass-cache -page-size 500',
];

describe('parseScyllaBenchCommand', () => {
  it.each(REAL_LINES)('reads %s', (line) => {
    const { spec, notes } = parseScyllaBenchCommand(line);
    expect(StressPlanSpec.parse(spec)).toEqual(spec);
    expect(doorProblems(spec)).toEqual([]);
    expect(notes).toEqual([]);
  });

  it.each(REAL_LINES)('reads again what it formats of %s', (line) => {
    const { spec, target } = parseScyllaBenchCommand(line);
    expect(parseScyllaBenchCommand(formatScyllaBench(spec, target))).toEqual({ spec, target, notes: [] });
  });

  it("has scylla-bench's defaults", () => {
    const { spec, target, notes } = parseScyllaBenchCommand('-mode write -workload sequential');
    expect({ target, notes }).toEqual({ target: {}, notes: [] });
    expect(spec).toMatchObject({
      operation: 'scyllaBench',
      scyllaBench: {
        mode: 'write',
        workload: { type: 'sequential', partitionCount: 10_000, partitionOffset: 0, clusteringRowCount: 100 },
        table: 'test',
        rowsPerRequest: 1,
        value: { size: { type: 'fixed', bytes: 4 }, content: 'random' },
        passes: 1,
        routing: 'token-aware',
        errors: { minDelayMs: 80, maxDelayMs: 1_000 },
      },
      schema: {
        keyspace: 'scylla_bench',
        replication: { strategy: 'NetworkTopologyStrategy', options: { replication_factor: '1' } },
      },
      consistencyLevel: 'QUORUM',
      truncate: 'never',
      warmup: false,
      rate: { model: 'closed', threads: 16 },
      stop: { type: 'operations', count: 1_000_000 },
      connection: {
        connectionsPerNode: 4,
        requestTimeoutMs: 5_000,
        connectTimeoutMs: 5_000,
        controlConnectionTimeoutMs: 60_000,
      },
      errors: { retries: 10, ignore: true },
      seed: 1,
    });
  });

  it('reads every part of a full line', () => {
    const { spec, target } = parseScyllaBenchCommand(
      '-mode read -workload uniform -duration 90s -in-restriction -rows-per-request 20 -select-order-by none,DESC ' +
        '-bypass-cache -validate-data -keyspace ks -table t1 -consistency-level local_one -max-rate 500 ' +
        '-retry-number 3 -retry-interval 100ms,5s -error-limit 7 -error-at-row-limit 2 -client-compression=false ' +
        '-latency-type fixed-coordinated-omission -hdr-latency-file run.hdr -extra-clause "USING TIMEOUT 5s" ' +
        '-nodes a,b:9142 -datacenter dc1 -username u -password "p w" -tls -tls-ca-cert-file ca.pem -tls-host-verification',
    );
    expect(spec).toMatchObject({
      scyllaBench: {
        mode: 'read',
        workload: { type: 'uniform' },
        select: { rowsPerRequest: 20, restriction: 'in', orders: ['none', 'desc'], bypassCache: true },
        validateData: true,
        table: 't1',
        errors: { minDelayMs: 100, maxDelayMs: 5_000, limit: 7, limitInARow: 2 },
        extraClause: 'USING TIMEOUT 5s',
      },
      stop: { type: 'duration', durationMs: 90_000 },
      schema: { keyspace: 'ks' },
      consistencyLevel: 'LOCAL_ONE',
      rate: { model: 'open', threads: 16, ratePerSecond: 500 },
      errors: { retries: 3 },
      log: { hdrFile: 'run.hdr' },
    });
    expect(target).toEqual({
      contactPoints: ['a', 'b:9142'],
      localDatacenter: 'dc1',
      username: 'u',
      password: 'p w',
      tls: { verify: true, caFile: 'ca.pem' },
    });
    expect(JSON.stringify(spec)).not.toContain('p w');
  });

  it('ends at passes, at a time, or at whichever is first', () => {
    const endOf = (words: string) => {
      const { stop, scyllaBench } = parseScyllaBenchCommand(
        `-mode write -workload sequential -partition-count 5 ${words}`,
      ).spec;
      return [stop, scyllaBench?.passes];
    };
    expect(endOf('-iterations 3')).toEqual([{ type: 'operations', count: 1_500 }, 3]);
    expect(endOf('-iterations 0 -duration 5s')).toEqual([{ type: 'duration', durationMs: 5_000 }, undefined]);
    expect(endOf('-duration 5s')).toEqual([{ type: 'duration', durationMs: 5_000 }, 1]);
    expect(problemsIn('-mode write -workload sequential -iterations 0')).toEqual([
      '-duration: expected a duration such as 10m: this run would never end',
    ]);
  });

  it('gives a scan one worker per range, and says so when more were asked for', () => {
    const silent = parseScyllaBenchCommand('-mode scan');
    expect([silent.spec.rate.threads, silent.notes]).toEqual([1, []]);
    const told = parseScyllaBenchCommand('-mode scan -range-count 8 -concurrency 20');
    expect([told.spec.rate.threads, told.notes]).toEqual([
      8,
      ['concurrency is 8, not 20: a scan has one worker per range'],
    ]);
  });

  it('says every problem at once, each under its flag', () => {
    expect(
      problemsIn(
        '-mode wirte -workload unifrom -partition-cont 5 -timeout 90 -concurrency x -cloud-config-path b.yaml ' +
          '-validate-data true -rack r1 -keyspace 9x -retry-handler gocql -hdr-latency-units ms -measure-latency=false',
      ),
    ).toEqual([
      'command: expected a flag, found true; after a boolean flag write -validate-data=value',
      '-mode: expected one of write, read, mixed, counter_update, counter_read, scan, found wirte; did you mean write?',
      '-workload: expected one of sequential, uniform, timeseries, found unifrom; did you mean uniform?',
      '-partition-cont: unknown flag; did you mean -partition-count?',
      '-timeout: expected a duration with its unit, such as 90s, found 90',
      '-concurrency: expected a whole number, found x',
      '-cloud-config-path: cloud bundles are not supported; give -nodes, -username, -password and the -tls flags',
      '-rack: rack-aware routing is not supported; leave it out, -datacenter keeps requests in a datacenter',
      '-retry-handler: expected sb: requests are retried here, not inside a driver',
      '-hdr-latency-units: expected ns: histogram logs are in nanoseconds, and readers of them scale',
      '-measure-latency: expected true: latency is always measured',
    ]);
  });

  it("adds the structured form's complaints under the flags that say the fields", () => {
    expect(
      problemsIn('-mode write -workload uniform -partition-count 0 -keyspace 9x -timeout 0s -retry-number -1'),
    ).toEqual([
      '-duration: expected a duration such as 10m: this run would never end',
      '-partition-count: expected at least 1, found 0',
      '-keyspace: expected a name of letters, digits and underscores, at most 48, starting with a letter, found "9x"',
      '-retry-number: expected at least 0, found -1',
      '-timeout: expected at least 1, found 0',
    ]);
  });

  it.each([
    ['-mode write -workload sequential -bypass-cache', '-bypass-cache: has an effect only in mode read'],
    [
      '-mode read -workload sequential -clustering-row-size 9',
      '-clustering-row-size: has an effect only in mode write',
    ],
    ['-mode scan -partition-count 5', '-partition-count: has an effect only in mode write, read'],
    [
      '-mode counter_update -workload sequential -table t',
      '-table: has an effect only in mode write, read, mixed, scan',
    ],
    ['-mode read -workload uniform -duration 1s -range-count 2', '-range-count: has an effect only in mode scan'],
    ['-mode read -workload uniform -duration 1s -iterations 2', '-iterations: has an effect only for the sequential'],
    [
      '-mode write -workload timeseries -max-rate 16 -duration 1s -rows-per-request 2',
      '-rows-per-request: has an effect only in mode read, mixed, counter_read, and in mode write but for a timeseries',
    ],
    ['-mode write -workload sequential -tls-ca-cert-file f', '-tls-ca-cert-file: has an effect only with -tls'],
    ['-mode write -workload sequential -validate-data -no-random-data', '-no-random-data: has no effect beside'],
    ['-mode scan -workload sequential', '-workload: expected none: mode scan has no workload'],
    ['-mode counter_read -workload timeseries -duration 1s', '-workload: expected sequential or uniform in mode'],
    ['-mode write -workload sequential -username u', '-password: expected -username and -password together'],
    ['-mode write -workload sequential -mode write', '-mode: expected once, found twice'],
    ['-mode read -workload sequential -in-restriction -no-lower-bound', '-in-restriction: expected one of'],
    ['-mode read -workload sequential -no-lower-bound', '-no-lower-bound: expected a bound'],
    ['-mode write -workload timeseries -duration 1s', '-max-rate: expected at least 16 (one per second and worker'],
    [
      '-mode write -workload timeseries -duration 1s -max-rate 99 -partition-count 9',
      '-concurrency: expected at most 9',
    ],
    ['-mode read -workload timeseries -duration 1s -start-timestamp 5', '-write-rate: expected a number'],
    ['-mode read -workload timeseries -duration 1s -write-rate 5', '-start-timestamp: expected a string'],
    [
      '-mode write -workload sequential -clustering-row-size uniform:0..9 -validate-data',
      '-clustering-row-size: expected at least 1 byte',
    ],
    ['-mode write -workload sequential -client-compression', '-client-compression: expected false'],
    [
      '-mode write -workload sequential -latency-type fixed-coordinated-omission',
      '-latency-type: has an effect only with -max-rate',
    ],
    ['-mode write -workload sequential -retry-interval 2s,1s', '-retry-interval: expected at most the longest delay'],
  ])('refuses %s', (line, problem) => {
    const problems = problemsIn(line);
    expect(problems.map((text) => text.startsWith(problem))).toContain(true);
  });

  it('lets a flag without effect say its default', () => {
    expect(
      problemsIn('-mode write -workload sequential -in-restriction=false -range-count 1 -rack= -retry-handler sb'),
    ).toEqual([]);
  });

  it('never repeats a password', () => {
    expect(problemsIn('-mode write -workload sequential -password = hush').join()).not.toContain('hush');
    expect(problemsIn('-mode write -workload sequential -pasword hush').join()).not.toContain('hush');
  });

  it('knows every flag that scylla-bench 1.3 has, and no other', () => {
    expect(Object.keys(SCYLLA_BENCH_FLAGS).toSorted()).toEqual(
      (
        'bypass-cache client-compression client-routes-connection-ids client-routes-table cloud-config-path clustering-row-count clustering-row-size ' +
        'concurrency connection-count consistency-level datacenter distribution duration error-at-row-limit ' +
        'error-limit extra-clause hdr-latency-file hdr-latency-sig hdr-latency-units host-selection-policy in-restriction ' +
        'iterations keyspace latency-type max-rate measure-latency metadata-schema-timeout mode ' +
        'no-lower-bound no-random-data nodes page-size partition-count partition-offset password ' +
        'provide-upper-bound rack range-count replication-factor retry-handler retry-interval retry-number ' +
        'rows-per-request select-order-by start-timestamp table timeout tls tls-ca-cert-file ' +
        'tls-client-cert-file tls-client-key-file tls-host-verification truncate-table username validate-data version ' +
        'version-json workload write-rate'
      ).split(' '),
    );
  });
});
