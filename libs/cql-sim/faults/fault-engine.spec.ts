import { describe, expect, it } from 'vitest';
import { OPCODE } from '#libs/cql/protocol.js';
import { FaultEngine } from './fault-engine.js';
import { FaultScript, type FaultScriptInput } from './fault-script.js';
import type { Facts } from './verdict.js';

const ORIGIN_MS = 5000;
const connection = {};

const facts = (more: Partial<Facts> = {}): Facts => ({
  node: 0,
  shard: 0,
  opcode: OPCODE.EXECUTE,
  access: 'read',
  keyspace: 'k',
  table: 't',
  consistency: 4,
  replicas: 3,
  inFlight: 0,
  isBatch: false,
  rateLimitCode: 0xf000,
  connection,
  ...more,
});

const engine = (faults: FaultScriptInput['faults'], more: Partial<FaultScriptInput> = {}) =>
  new FaultEngine(FaultScript.parse({ ...more, faults }), ORIGIN_MS);

/** When the answer to a request that comes at `atMs` leaves; both since the script's start. */
const dueMs = (of: FaultEngine, atMs: number, more?: Partial<Facts>) =>
  of.decide(facts(more), ORIGIN_MS + atMs).dueMs - ORIGIN_MS;

describe('FaultEngine', () => {
  it.each([
    [1999, 1999],
    [2000, 2300],
    [2299, 2300],
    [2300, 2300],
    [9999, 9999],
  ])('with a stall of 300 ms at 2000 ms, a request at %d is answered at %d', (atMs, answeredMs) => {
    expect(dueMs(engine([{ kind: 'stall', atMs: 2000, forMs: 300 }]), atMs)).toBe(answeredMs);
  });

  it('repeats a periodic stall', () => {
    const stalls = engine([{ kind: 'stall', atMs: 1000, forMs: 100, everyMs: 500 }]);
    expect([999, 1000, 1100, 1550, 2099, 2100].map((atMs) => dueMs(stalls, atMs))).toEqual([
      999, 1100, 1100, 1600, 2100, 2100,
    ]);
  });

  it('holds an answer back that would leave during a stall', () => {
    const slow = engine([
      { kind: 'stall', atMs: 100, forMs: 50 },
      { kind: 'latency', distribution: { type: 'fixed', ms: 20 } },
    ]);
    expect([70, 85, 150].map((atMs) => dueMs(slow, atMs))).toEqual([90, 150, 170]);
  });

  it('serves one request after another at its capacity, each node for itself', () => {
    const served = engine([{ kind: 'capacity', perSecond: 100 }]);
    expect([0, 0, 0, 45].map((atMs) => dueMs(served, atMs))).toEqual([10, 20, 30, 55]);
    expect(dueMs(served, 45, { node: 1 })).toBe(55);
  });

  it('makes up for idle time up to its credit', () => {
    const served = engine([{ kind: 'capacity', perSecond: 100, idleCreditMs: 20 }]);
    // At 100 it owes the work of 20 ms: two requests pass at once, the next ones as ever.
    expect([100, 100, 100, 100].map((atMs) => dueMs(served, atMs))).toEqual([100, 100, 110, 120]);
  });

  it('refuses what the queue before the server does not hold', () => {
    const served = engine([{ kind: 'capacity', perSecond: 100, maxQueue: 2 }]);
    const codes = Array.from({ length: 5 }, () => served.decide(facts(), ORIGIN_MS).error?.code);
    expect(codes).toEqual([undefined, undefined, undefined, 0x1001, 0x1001]);
  });

  it('draws latencies from the distribution that is asked for', () => {
    const draws = (distribution: object) => {
      const drawn = engine([JSON.parse(JSON.stringify({ kind: 'latency', distribution }))]);
      return Array.from({ length: 20_001 }, () => dueMs(drawn, 0)).sort((left, right) => left - right);
    };
    const uniform = draws({ type: 'uniform', fromMs: 10, toMs: 20 });
    expect(uniform[0]).toBeGreaterThanOrEqual(10);
    expect(uniform.at(-1)).toBeLessThan(20);
    expect(uniform[10_000]).toBeCloseTo(15, 0);
    const lognormal = draws({ type: 'lognormal', medianMs: 8, sigma: 0.5, maxMs: 30 });
    expect((lognormal[10_000] ?? 0) / 8).toBeCloseTo(1, 1);
    // One standard deviation above the median, in logarithms.
    expect((lognormal[16_827] ?? 0) / (8 * Math.exp(0.5))).toBeCloseTo(1, 1);
    expect(lognormal.at(-1)).toBe(30);
  });

  it('hits the share asked for, the same requests for the same seed', () => {
    const hits = (seed: number) => {
      const hit = engine([{ kind: 'silence', share: 0.25 }], { seed });
      const silent = Array.from({ length: 4000 }, () => hit.decide(facts(), ORIGIN_MS).isSilent);
      return { silent, counted: hit.hits[0] };
    };
    expect(hits(3)).toEqual(hits(3));
    expect(hits(3).silent).not.toEqual(hits(4).silent);
    expect(Math.abs((hits(3).counted ?? 0) / 1000 - 1)).toBeLessThan(0.1);
  });

  it.each<[string, Partial<Facts>, boolean]>([
    ['its node', {}, true],
    ['another node', { node: 0 }, false],
    ['another access', { access: 'write' }, false],
    ['another table', { table: 'u' }, false],
    ['another opcode', { opcode: OPCODE.QUERY }, false],
  ])('looks where it is told: %s', (_name, more, isHit) => {
    const where = { nodes: [1], access: 'read' as const, table: 'k.t' };
    const hit = engine([{ kind: 'error', code: 'INVALID', where }]);
    expect(hit.decide(facts({ node: 1, ...more }), ORIGIN_MS).error !== null).toBe(isHit);
  });

  it('is active only in its time', () => {
    const hit = engine([{ kind: 'error', code: 'INVALID', where: { fromMs: 100, untilMs: 200 } }]);
    const isHit = (atMs: number) => hit.decide(facts(), ORIGIN_MS + atMs).error !== null;
    expect([99, 100, 199, 200].map(isHit)).toEqual([false, true, true, false]);
  });

  it('overloads above a number in flight', () => {
    const hit = engine([{ kind: 'overload', aboveInFlight: 2 }]);
    expect([1, 2].map((inFlight) => hit.decide(facts({ inFlight }), ORIGIN_MS).error?.message)).toEqual([
      undefined,
      'too many in-flight requests (configured via max_concurrent_requests_per_shard): 2',
    ]);
  });

  it('reckons timeouts from the consistency level and the replicas', () => {
    const hit = engine([{ kind: 'error', code: 'WRITE_TIMEOUT' }]);
    expect(hit.decide(facts({ isBatch: true }), ORIGIN_MS).error?.extras).toEqual({
      kind: 'write-timeout',
      consistency: 4,
      received: 1,
      blockFor: 2,
      writeType: 'BATCH',
    });
  });

  it('answers the rate limit error only to clients that know it', () => {
    const hit = engine([{ kind: 'error', code: 'RATE_LIMIT' }]);
    expect(hit.decide(facts(), ORIGIN_MS).error?.code).toBe(0xf000);
    expect(hit.decide(facts({ rateLimitCode: null }), ORIGIN_MS).error?.code).toBe(0x2300);
  });

  it('cuts each connection after its own number of requests', () => {
    const hit = engine([{ kind: 'disconnect', afterRequests: 2 }]);
    const other = {};
    const cuts = [connection, connection, other, connection].map(
      (by) => hit.decide(facts({ connection: by }), ORIGIN_MS).isCut,
    );
    expect(cuts).toEqual([false, false, false, true]);
  });

  it('can start its clock at the first operation', () => {
    const late = engine([{ kind: 'stall', atMs: 0, forMs: 100 }], { origin: 'first-operation' });
    expect(late.originMs).toBeNull();
    expect(dueMs(late, 700, { opcode: OPCODE.PREPARE })).toBe(700);
    expect(dueMs(late, 900)).toBe(1000);
    expect(late.originMs).toBe(ORIGIN_MS + 900);
  });
});
