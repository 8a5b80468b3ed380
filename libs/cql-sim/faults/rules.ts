import { OPCODE } from '#libs/cql/protocol.js';
import type { Distribution, Fault } from './fault-script.js';
import { injectedError, overloaded } from './injected-error.js';
import { normal, seededRandom } from './random.js';
import type { Facts, Verdict } from './verdict.js';

/** One fault made ready. Times are ms since the script's start. Says whether the fault took effect. */
export type Rule = (facts: Facts, verdict: Verdict, nowMs: number) => boolean;

type RequestFault = Extract<Fault, { where: unknown }>;
type Of<K extends RequestFault['kind']> = Extract<RequestFault, { kind: K }>;

/** Draws a latency, ms. */
export function drawMs(distribution: Distribution, random: () => number): number {
  switch (distribution.type) {
    case 'fixed':
      return distribution.ms;
    case 'uniform':
      return distribution.fromMs + (distribution.toMs - distribution.fromMs) * random();
    case 'lognormal':
      return Math.min(
        distribution.medianMs * Math.exp(distribution.sigma * normal(random)),
        distribution.maxMs ?? Number.POSITIVE_INFINITY,
      );
  }
}

/** End of the stall that `atMs` falls into, or `atMs` itself. */
export function afterStall({ atMs: startMs, forMs, everyMs }: Of<'stall'>, atMs: number): number {
  if (atMs < startMs) return atMs;
  const round = everyMs === undefined ? 0 : Math.floor((atMs - startMs) / everyMs);
  const endMs = startMs + round * (everyMs ?? 0) + forMs;
  return Math.max(atMs, endMs);
}

const latency =
  ({ distribution }: Of<'latency'>, random: () => number): Rule =>
  (_facts, verdict) => {
    verdict.dueMs += drawMs(distribution, random);
    return true;
  };

const stall =
  (fault: Of<'stall'>): Rule =>
  (_facts, verdict) => {
    const dueMs = afterStall(fault, verdict.dueMs);
    if (dueMs === verdict.dueMs) return false;
    verdict.dueMs = dueMs;
    return true;
  };

/** More than a node has: tells the servers of two nodes apart. */
const MAX_SHARDS = 256;

const capacity = ({ perSecond, idleCreditMs, maxQueue, where }: Of<'capacity'>): Rule => {
  const serviceMs = 1000 / perSecond;
  const freeAtMs = new Map<number, number>();
  return ({ node, shard }, verdict, nowMs) => {
    const server = where.shards ? node * MAX_SHARDS + shard : node;
    // A request that was refused costs the server nothing.
    if (verdict.error) return false;
    const startMs = Math.max(nowMs - idleCreditMs, freeAtMs.get(server) ?? 0);
    if (maxQueue !== undefined && (startMs - nowMs) / serviceMs > maxQueue) {
      verdict.error = overloaded(maxQueue);
      return true;
    }
    freeAtMs.set(server, startMs + serviceMs);
    verdict.dueMs = Math.max(verdict.dueMs, startMs + serviceMs);
    return true;
  };
};

const overload =
  ({ share, aboveInFlight }: Of<'overload'>, random: () => number): Rule =>
  ({ inFlight }, verdict) => {
    const byShare = share !== undefined && random() < share;
    const byCount = aboveInFlight !== undefined && inFlight >= aboveInFlight;
    if (!byShare && !byCount) return false;
    verdict.error ??= overloaded(aboveInFlight);
    return true;
  };

const silence =
  ({ share }: Of<'silence'>, random: () => number): Rule =>
  (_facts, verdict) => {
    if (random() >= share) return false;
    verdict.isSilent = true;
    return true;
  };

const error =
  (fault: Of<'error'>, random: () => number): Rule =>
  (facts, verdict) => {
    if (random() >= fault.share) return false;
    verdict.error ??= injectedError(fault, facts);
    verdict.isApplied = fault.applied;
    return true;
  };

const disconnect = ({ afterRequests }: Of<'disconnect'>): Rule => {
  const counts = new WeakMap<object, number>();
  return ({ connection }, verdict) => {
    if (afterRequests === undefined) return false;
    const count = (counts.get(connection) ?? 0) + 1;
    counts.set(connection, count);
    if (count <= afterRequests) return false;
    verdict.isCut = true;
    return true;
  };
};

function effect(fault: RequestFault, random: () => number): Rule {
  switch (fault.kind) {
    case 'latency':
      return latency(fault, random);
    case 'stall':
      return stall(fault);
    case 'capacity':
      return capacity(fault);
    case 'overload':
      return overload(fault, random);
    case 'silence':
      return silence(fault, random);
    case 'error':
      return error(fault, random);
    case 'disconnect':
      return disconnect(fault);
  }
}

const DEFAULT_OPCODES = ['EXECUTE', 'BATCH'] as const;

function applies({ where }: RequestFault): (facts: Facts, nowMs: number) => boolean {
  const opcodes = new Set<number>((where.opcodes ?? DEFAULT_OPCODES).map((name) => OPCODE[name]));
  const nodes = where.nodes && new Set(where.nodes);
  const shards = where.shards && new Set(where.shards);
  const { access, table, fromMs = 0, untilMs = Number.POSITIVE_INFINITY } = where;
  return (facts, nowMs) =>
    opcodes.has(facts.opcode) &&
    (nodes === undefined || nodes.has(facts.node)) &&
    (shards === undefined || shards.has(facts.shard)) &&
    (access === undefined || access === facts.access) &&
    (table === undefined || table === facts.table || table === `${facts.keyspace}.${facts.table}`) &&
    nowMs >= fromMs &&
    nowMs < untilMs;
}

/** The rule of a fault that is about requests. Each draws from its own sequence, so faults do not disturb each other. */
export function ruleOf(fault: RequestFault, seed: number): Rule {
  const isMeant = applies(fault);
  const run = effect(fault, seededRandom(seed));
  return (facts, verdict, nowMs) => isMeant(facts, nowMs) && run(facts, verdict, nowMs);
}
