import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/coded-error.js';
import { formatStressCommand, redactCommand } from './command-format.js';
import { parseStressCommand } from './command-line.js';

const issuesOf = (line: string): string[] => {
  try {
    parseStressCommand(line);
  } catch (error) {
    if (error instanceof CodedError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
};

/** Lines as they stand in documentation and public test suites; the same meaning must come back from the structured form. */
const REAL_LINES = [
  'write n=1000000 -rate threads=50',
  'cassandra-stress write n=1000000 cl=one -mode native cql3 -schema keyspace="keyspace1" -log hdrfile=run.hdr',
  'write n=100000 cl=ONE no-warmup -schema "replication(factor=3)" -rate threads=16 -node 127.0.0.1',
  'read n=200000 -rate threads=50 -node 192.168.1.1,192.168.1.2 -port native=9142',
  'mixed ratio\\(write=1\\,read=3\\) n=100000 cl=ONE -pop dist=UNIFORM\\(1..1000000\\) -rate threads=64',
  "mixed 'ratio(write=1,read=3)' duration=10m cl=QUORUM -rate threads=128 fixed=20000/s -pop 'dist=GAUSSIAN(1..1000000)' -log interval=1s",
  'write cl=QUORUM duration=60m -schema replication(strategy=NetworkTopologyStrategy, dc1=3, dc2=2) compaction(strategy=SizeTieredCompactionStrategy) -mode cql3 native -rate threads=100 -pop seq=1..10000000 -log interval=5',
  'read duration=30s cl=LOCAL_QUORUM -rate threads=8 throttle=500/s -pop dist=gaussian(1..100k,50000,5000)',
  'write n=10m -pop seq=1..10m no-wrap -col size=FIXED(1024) n=FIXED(1) -rate threads=200 -errors ignore retries=3 retry-overloaded',
  'write n=10 -insert row-population-ratio=fixed(1)/2 unpopulated=unset -tokenrange wrap split-factor=4',
  'write n=10 serial-cl=LOCAL_SERIAL -insert visits=fixed(1) revisit=uniform(1..10) partitions=fixed(1) batchtype=UNLOGGED select-ratio=fixed(2)/2',
  'write n=10 -mode native cql3 compression=lz4',
  'write no-warmup n=5 -col size=FIXED(5) -rate threads=1 -mode native cql3 user=cassandra password=cassandra protocolVersion=4 -node host1',
];

describe('parseStressCommand', () => {
  it.each(REAL_LINES)('gives the same structured form after formatting: %s', (line) => {
    const first = parseStressCommand(line);
    const again = parseStressCommand(formatStressCommand(first.spec, first.target));
    expect(again.spec).toEqual(first.spec);
    expect(again.target).toEqual({ ...first.target, password: undefined });
  });

  it('reads every part of a full line', () => {
    const { spec, target } = parseStressCommand(REAL_LINES[5] ?? '');
    expect(spec).toMatchObject({
      operation: 'mixed',
      ratio: { write: 1, read: 3 },
      stop: { type: 'duration', durationMs: 600_000 },
      consistencyLevel: 'QUORUM',
      rate: { model: 'open', threads: 128, ratePerSecond: 20_000, arrival: 'constant' },
      population: { type: 'distribution', distribution: { type: 'gaussian', min: 1, max: 1_000_000 } },
      log: { intervalMs: 1000 },
    });
    expect(target.contactPoints).toBeUndefined();
  });

  it('gives a write with n= the original 200 threads, and 0/s no limit', () => {
    expect(parseStressCommand('write n=10').spec.rate).toEqual({ model: 'closed', threads: 200 });
    expect(parseStressCommand('write n=10 -rate threads=2 throttle=0/s').spec.rate).toEqual({
      model: 'closed',
      threads: 2,
    });
  });

  it.each([
    'write n=10 truncate=once -col names=a,b size=UNIFORM(1..9) timestamp=5 -rate threads=1',
    'read n=10 -rate threads=1 -pop seq=1..10 no-wrap read-lookback=EXP(0..5) -mode native cql3 unprepared',
    'mixed ratio(read=2,counter_write=1) add=UNIFORM(1..3) n=10 -rate threads=1 -node whitelist 127.0.0.1,127.0.0.2',
    'write n=10 -rate threads=1 -node datacenter=d1 rack=r1 loadbalance=rack-aware 127.0.0.1',
    'write n=10 -rate threads=1 -node file=nodes.txt',
    'write n=10 -rate threads=1 -errors ignore delay-policy=exponential min-delay-ms=20 max-delay-ms=500',
    'read n=10 -rate threads=1 -col slice -pop contents=shuffled -errors fail-fast skip-unsupported-columns',
    'write n=10 -rate threads=1 -schema storage(type=s3,endpoint=http,bucket=b) -reporting output-frequency=500ms',
    'counter_read n=10 -rate threads=1 -pop dist=~QEXTREME(1..100,2,5)',
    'write n=10 truncate=always -rate threads=1 -node metrics=http://h:7070/metrics,https://h/m 10.0.0.1',
    'write n=10 -rate threads=1 -log print-statements-on-error -credentials-file login.properties',
  ])('reads %s, and what it is written as again', (line) => {
    const { spec, target } = parseStressCommand(line);
    expect(parseStressCommand(formatStressCommand(spec, target))).toMatchObject({ spec, target });
  });

  it('lists every problem at once, with the nearest name', () => {
    expect(issuesOf('raed n=x cl=SOME -rate thread=4 fixed=5 -pop sec=1..2 -foo bar')).toEqual([
      'command: unknown command raed; did you mean read?',
      'n: expected a number of operations such as 1000000 or 1m, found x',
      expect.stringContaining('cl: expected one of ANY, ONE'),
      '-rate thread: unknown option thread=4; did you mean threads?',
      '-rate fixed: expected operations per second such as 20000/s, found 5',
      '-pop sec: unknown option sec=1..2; did you mean seq?',
      expect.stringContaining('-foo: unknown group -foo'),
    ]);
  });

  it.each([
    ['user n=1 -rate threads=1', 'profile: expected profile=FILE, found none'],
    ['write n=1 truncate=twice', 'expected truncate=never, truncate=once or truncate=always, found twice'],
    ['write n=1 -sendto host', '-sendto: there is no daemon to send a run to: start executors'],
    ['write err<2', 'err<: expected a relative error such as err<0.02, found 2'],
    ['write n>0', 'n>: expected a number of intervals such as 30, found 0'],
    ['write n>30 n<20 -rate threads=1', 'n<: expected at least minIntervals'],
    ['write n=1 -rate threads=4 auto', 'expected threads= or auto, found both'],
    ['write n=1 -rate threads>=40 threads<=30', 'expected at least 40 threads, found 30'],
    ['write n=1 -rate auto fixed=1/s', 'expected no fixed= or throttle= beside auto'],
    ['read n=1 -rate fixed=1/s', 'expected threads=N beside a rate, found none'],
    ['write n=1 -rate thread>=4', 'unknown option thread>=4'],
    ['write n=1 -pop dist=EXP(10)', 'expected FIXED(n)'],
    ['write n=1 -pop dist=~UNIFROM(1..10)', 'found ~UNIFROM(1..10)'],
    ['write n=1 -port jmx=7199', '-port jmx: garbage collection of the servers is not read over JMX'],
    ['write n=1 -mode thrift smart', '-mode thrift: Thrift is gone since Cassandra 4.0: expected native cql3'],
    ['write n=1 -col super=1 comparator=UTF8Type', '-col super: super columns do not exist in CQL'],
    ['write n=1 -node rack=r1 10.0.0.1', '-node rack: expected datacenter= beside rack='],
    ['write n=1 -node loadbalance=dc-aware 10.0.0.1', 'expected datacenter= and no rack= beside dc-aware'],
    ['write n=1 -node datacenter=d loadbalance=round-robin h', 'expected no datacenter= beside round-robin'],
    ['write n=1 -node loadbalance=best h', '-node loadbalance: expected round-robin or dc-aware or rack-aware'],
    ['write n=1 -node remote-dc=2 h', '-node remote-dc: expected 0'],
    ['write n=1 -node file=nodes.txt h', '-node file: expected hosts or file=, found both'],
    ['write n=1 -errors delay-policy=slow', '-errors delay-policy: expected constant or linear or exponential'],
    ['write n=1 -errors delay-policy=exponential', '-errors min-delay-ms: expected more than 0 with exponential'],
    ['write n=1 -errors min-delay-ms=9 max-delay-ms=5', '-errors max-delay-ms: expected at least minMs'],
    ['write n=1 -pop contents=random', '-pop contents: expected sorted or shuffled, found random'],
    ['write n=1 -schema storage(type=TAPE)', '-schema storage: expected storage(type=LOCAL)'],
    ['write n=1 -reporting header-frequency=5d', '-reporting header-frequency: expected an interval such as 1s'],
    ['write n=1 -node metrics=h:7070', '-node metrics: expected metrics=http://HOST:PORT/metrics'],
    ['write n=1 -cloudconf file=bundle.zip', '-cloudconf: it names a bundle of DataStax Astra'],
    ['write n=1 -mode auth-provider=com.acme.Kerberos', 'expected PlainTextAuthProvider, which logs in with user='],
    ['write n=1 -mode auth-provider=PlainTextAuthProvider', 'expected user= and password= beside it'],
    ['write n=1 -mode port=1 -port native=1', '-mode port: expected it here or in -port native=, found both'],
    ['write n=1 -credentials-file a b', '-credentials-file: expected one file, found b as well'],
    ['write n=1 -transport factory=F', "-transport factory: it names a class of Java's"],
    ['write n=1 -insert cl=ONE', 'expected the command user beside consistencyLevel'],
    ['write n=1 -mode native cql3 compression=zip', '-mode compression: expected none, lz4 or snappy, found zip'],
    ['write n=1 -col size=UNIFORM(1..20m)', 'expected sizes from 0 to 16000000 bytes'],
    ['write n=1 duration=1s', 'expected one of n=, duration= and err<, found several'],
    ['write n=1 err<0.1', 'expected one of n=, duration= and err<, found several'],
    ['write n=1 -rate threads=4 fixed=1/s throttle=1/s', 'expected fixed= or throttle=, found both'],
    ['write n=1 ratio(write=1)', 'expected the command mixed, found write'],
    ['write n=1 -rate threads=1 -rate threads=2', 'expected -rate once'],
    ['write n=1 -rate threads=99999', '-rate threads:'],
    ['write n=1 -schema keyspace=no-good', '-schema keyspace: expected a name of letters'],
  ])('refuses %s by name', (line, expected) => {
    expect(issuesOf(line).join('\n')).toContain(expected);
  });

  it("takes the words of every driver's login and port", () => {
    const provider = 'com.datastax.oss.driver.internal.core.auth.PlainTextAuthProvider';
    const { target } = parseStressCommand(
      `write n=1 -mode native 4x cql3 user=u password=p auth-provider=${provider} port=9043 -credentials-file f`,
    );
    expect(target).toMatchObject({ username: 'u', password: 'p', port: 9043, credentialsFile: 'f' });
  });

  it('takes levels of the inserts of a profile', () => {
    const yaml = 'keyspace: k\ntable: t\n';
    const line = 'user profile=p ops(insert=1) n=1 cl=ONE -rate threads=1 -insert cl=all serial-cl=local_serial';
    const { spec, target } = parseStressCommand(line, () => ({ yaml }));
    expect(spec).toMatchObject({
      consistencyLevel: 'ONE',
      insert: { consistencyLevel: 'ALL', serialConsistencyLevel: 'LOCAL_SERIAL' },
    });
    expect(parseStressCommand(formatStressCommand(spec, target), () => ({ yaml })).spec).toEqual(spec);
  });

  it('ends a run without n= or duration= when its rate is known', () => {
    const stopOf = (line: string) => parseStressCommand(line).spec.stop;
    const defaults = { type: 'uncertainty', relativeError: 0.02, minIntervals: 30, maxIntervals: 200 };
    expect(stopOf('write -rate threads=1')).toEqual(defaults);
    expect(stopOf('write err<0.1 n>3 n<1k -rate threads=1')).toEqual({
      ...defaults,
      relativeError: 0.1,
      minIntervals: 3,
      maxIntervals: 1000,
    });
    const { spec } = parseStressCommand('write err<0.1 n>3 n<50 -rate threads=1');
    expect(parseStressCommand(formatStressCommand(spec)).spec).toEqual(spec);
  });

  it('searches the number of threads where the original does', () => {
    const searchOf = (line: string) => parseStressCommand(line).auto;
    expect(searchOf('write n=1')).toBeUndefined();
    expect(searchOf('write n=1 -rate threads=4')).toBeUndefined();
    expect(searchOf('read n=1')).toEqual({ minThreads: 4, maxThreads: 1000 });
    expect(searchOf('write')).toEqual({ minThreads: 4, maxThreads: 1000 });
    expect(searchOf('write n=1 -rate auto')).toEqual({ minThreads: 4, maxThreads: 1000 });
    expect(searchOf('write n=1 -rate threads>=8 threads<=64')).toEqual({ minThreads: 8, maxThreads: 64 });
    expect(parseStressCommand('read n=1 -rate threads>=8').spec.rate.threads).toBe(8);
  });

  it("knows Weibull by the name that the original's alias leads nowhere with", () => {
    const population = (dist: string) =>
      parseStressCommand(`read n=1 -rate threads=1 -pop dist=${dist}`).spec.population;
    expect(population('WEIBULL(1..100,2)')).toEqual(population('EXTREME(1..100,2)'));
  });

  it('reads both gaussian forms as the original does', () => {
    const population = (dist: string) =>
      parseStressCommand(`read n=1 -rate threads=1 -pop dist=${dist}`).spec.population;
    expect(population('GAUSS(1..101,5)')).toEqual({
      type: 'distribution',
      distribution: { type: 'gaussian', min: 1, max: 101, mean: 51, stdev: 10 },
    });
    expect(population('norm(1..100,40,7)')).toEqual({
      type: 'distribution',
      distribution: { type: 'gaussian', min: 1, max: 100, mean: 40, stdev: 7 },
    });
  });
});

describe('redactCommand', () => {
  it('takes out every password', () => {
    expect(redactCommand('write -mode user=u password=secret cql3')).toBe('write -mode user=u password=*** cql3');
  });
});
