import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '#libs/load/clock.js';
import { OPCODE } from '#libs/cql/protocol.js';
import type { TimedAction } from './fault-engine.js';
import { FaultRunner } from './fault-runner.js';
import { FaultScript, type FaultScriptInput } from './fault-script.js';

const MS = 1e6;

/** Time that passes only when told to; callbacks run when their time has come. */
function virtualClock() {
  let nowMs = 0;
  let wakes: { atMs: number; callback: () => void }[] = [];
  const at = (atMs: number, callback: () => void) => {
    const wake = { atMs, callback };
    wakes.push(wake);
    return () => {
      wakes = wakes.filter((other) => other !== wake);
    };
  };
  const clock: Clock = {
    ...systemClock,
    nowNs: () => nowMs * MS,
    wakeAt: (atNs, callback) => at(atNs / MS, callback),
    soon: (callback) => at(nowMs + 0.5, callback),
  };
  const passTo = (untilMs: number) => {
    for (;;) {
      const [next] = wakes.filter(({ atMs }) => atMs <= untilMs).sort((left, right) => left.atMs - right.atMs);
      if (!next) break;
      wakes = wakes.filter((wake) => wake !== next);
      nowMs = Math.max(nowMs, next.atMs);
      next.callback();
    }
    nowMs = untilMs;
  };
  return { clock, passTo, waiting: () => wakes.length };
}

function running(script: FaultScriptInput) {
  const time = virtualClock();
  const actions: TimedAction[] = [];
  const runner = new FaultRunner(time.clock, FaultScript.parse(script), (action) => actions.push(action));
  const sent: string[] = [];
  let flushes = 0;
  const receiver = {
    push: (frame: Buffer) => void sent.push(frame.toString()),
    flush: () => void flushes++,
  };
  const request = (name: string) => {
    const { dueMs } = runner.decide({
      shard: 0,
      node: 0,
      opcode: OPCODE.EXECUTE,
      access: 'read',
      keyspace: 'k',
      table: 't',
      consistency: 1,
      replicas: 1,
      inFlight: runner.inFlight(0),
      isBatch: false,
      rateLimitCode: null,
      connection: receiver,
    });
    if (runner.isLater(dueMs)) runner.hold(dueMs, 0, receiver, Buffer.from(name));
    else sent.push(name);
  };
  return { ...time, runner, actions, sent, request, flushes: () => flushes };
}

describe('FaultRunner', () => {
  it('lets the answers of a stall leave together when it ends, in order and in one flush', () => {
    const sim = running({ faults: [{ kind: 'stall', atMs: 100, forMs: 50 }] });
    sim.passTo(100);
    for (const name of ['a', 'b', 'c']) sim.request(name);
    sim.passTo(149);
    expect([sim.sent, sim.runner.inFlight(0)]).toEqual([[], 3]);
    sim.passTo(151);
    expect([sim.sent, sim.flushes(), sim.runner.inFlight(0)]).toEqual([['a', 'b', 'c'], 1, 0]);
    expect(sim.waiting()).toBe(0);
  });

  it('answers in the order of due times', () => {
    const sim = running({ faults: [{ kind: 'latency', distribution: { type: 'fixed', ms: 40 } }] });
    sim.request('slow');
    sim.passTo(10);
    sim.runner.apply(FaultScript.parse({ faults: [{ kind: 'latency', distribution: { type: 'fixed', ms: 5 } }] }));
    sim.request('fast');
    sim.passTo(60);
    expect(sim.sent).toEqual(['fast', 'slow']);
  });

  it('does what the script says at its times, again and again when it says so', () => {
    const sim = running({
      faults: [
        { kind: 'down', node: 2, atMs: 50, upAtMs: 120 },
        { kind: 'disconnect', atMs: 30, everyMs: 40 },
        { kind: 'forget-prepared', atMs: 100 },
      ],
    });
    sim.passTo(125);
    expect(sim.actions.map(({ kind }) => kind)).toEqual([
      'disconnect',
      'down',
      'disconnect',
      'forget-prepared',
      'disconnect',
      'up',
    ]);
    sim.runner.close();
    expect(sim.waiting()).toBe(0);
  });

  it('counts its times from the first operation when told to', () => {
    const sim = running({ origin: 'first-operation', faults: [{ kind: 'forget-prepared', atMs: 10 }] });
    sim.passTo(500);
    expect(sim.actions).toEqual([]);
    sim.request('first');
    sim.passTo(511);
    expect(sim.actions).toEqual([{ kind: 'forget-prepared' }]);
  });
});
