import { OPCODE } from '#libs/cql/protocol.js';
import type { Fault, FaultScript } from './fault-script.js';
import { seededRandom } from './random.js';
import { ruleOf, type Rule } from './rules.js';
import type { Facts, Verdict } from './verdict.js';

/** What the script does at a time, not to a request. */
export type TimedAction =
  | { kind: 'down' | 'up'; node: number }
  | { kind: 'disconnect'; nodes: readonly number[] | null }
  | { kind: 'cdc-generation'; leadMs: number }
  | { kind: 'forget-prepared' };

export interface TimedFault {
  atMs: number;
  everyMs: number | null;
  action: TimedAction;
}

/** Whether an answer comes is settled first, then how long the work takes; a stall holds back what is left. */
const ORDER: readonly Fault['kind'][] = ['disconnect', 'silence', 'error', 'overload', 'capacity', 'latency', 'stall'];

function timedFaults(fault: Fault): TimedFault[] {
  if (fault.kind === 'forget-prepared') {
    return [{ atMs: fault.atMs, everyMs: null, action: { kind: 'forget-prepared' } }];
  }
  if (fault.kind === 'cdc-generation') {
    return [{ atMs: fault.atMs, everyMs: null, action: { kind: 'cdc-generation', leadMs: fault.leadMs } }];
  }
  if (fault.kind === 'down') {
    const { node, atMs, upAtMs } = fault;
    const down: TimedFault = { atMs, everyMs: null, action: { kind: 'down', node } };
    return upAtMs === undefined ? [down] : [down, { atMs: upAtMs, everyMs: null, action: { kind: 'up', node } }];
  }
  if (fault.kind !== 'disconnect' || fault.atMs === undefined) return [];
  const action: TimedAction = { kind: 'disconnect', nodes: fault.where.nodes ?? null };
  return [{ atMs: fault.atMs, everyMs: fault.everyMs ?? null, action }];
}

/** Decides what happens to each request. Pure but for its seeded draws: the time is an argument. */
export class FaultEngine {
  readonly timed: readonly TimedFault[];
  /** How often each fault of the script took effect. */
  readonly hits: number[];
  private readonly rules: { rule: Rule; index: number }[];
  private readonly verdict: Verdict = { dueMs: 0, error: null, isApplied: false, isSilent: false, isCut: false };
  private startMs: number | null;
  private readonly logDelays: { share: number; ms: number; index: number; random: () => number }[];

  constructor(script: FaultScript, nowMs: number) {
    this.startMs = script.origin === 'applied' ? nowMs : null;
    this.hits = script.faults.map(() => 0);
    this.timed = script.faults.flatMap(timedFaults);
    this.logDelays = script.faults.flatMap((fault, index) =>
      fault.kind === 'cdc-late' ? [{ ...fault, index, random: seededRandom(script.seed * 1_000_003 + index) }] : [],
    );
    const requestFaults = script.faults.flatMap((fault, index) => ('where' in fault ? [{ fault, index }] : []));
    this.rules = requestFaults
      .sort((left, right) => ORDER.indexOf(left.fault.kind) - ORDER.indexOf(right.fault.kind))
      .map(({ fault, index }) => ({ rule: ruleOf(fault, script.seed * 1_000_003 + index), index }));
  }

  /** By how much the next row of the CDC log is late, ms. */
  logDelayMs(): number {
    let delayMs = 0;
    for (const { share, ms, index, random } of this.logDelays) {
      if (random() >= share) continue;
      delayMs += ms;
      this.hits[index] = (this.hits[index] ?? 0) + 1;
    }
    return delayMs;
  }

  /** Nothing to decide: requests need not be asked about. */
  get isIdle(): boolean {
    return this.rules.length === 0 && this.startMs !== null;
  }

  /** Time 0 of the script on the caller's clock, or null while it waits for the first operation. */
  get originMs(): number | null {
    return this.startMs;
  }

  /** The verdict is valid until the next call. `dueMs` is on the caller's clock. */
  decide(facts: Facts, nowMs: number): Verdict {
    if (this.startMs === null && (facts.opcode === OPCODE.EXECUTE || facts.opcode === OPCODE.BATCH)) {
      this.startMs = nowMs;
    }
    const { verdict } = this;
    verdict.dueMs = nowMs;
    verdict.error = null;
    verdict.isApplied = false;
    verdict.isSilent = false;
    verdict.isCut = false;
    if (this.startMs === null) return verdict;
    const sinceMs = nowMs - this.startMs;
    verdict.dueMs = sinceMs;
    for (const { rule, index } of this.rules) {
      if (rule(facts, verdict, sinceMs)) this.hits[index] = (this.hits[index] ?? 0) + 1;
    }
    verdict.dueMs += this.startMs;
    return verdict;
  }
}
