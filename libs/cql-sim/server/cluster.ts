import { systemClock, type Clock } from '#libs/load/clock.js';
import type { TimedAction } from '../faults/fault-engine.js';
import { ChangeLog } from '../cdc/change-log.js';
import { Generations } from '../cdc/generations.js';
import { GENERATION_ROWS } from '../cdc/log-rows.js';
import { FaultRunner } from '../faults/fault-runner.js';
import { FaultScript } from '../faults/fault-script.js';
import { Availability, type RingNode } from '../storage/availability.js';
import { StorageBudget } from '../storage/budget.js';
import { Schema, type SchemaChange } from '../storage/schema.js';
import { addSystemTables } from '../system/system-tables.js';
import { DEFAULT_MAX_BYTES, type SimulatorOptions } from '../simulator-options.js';
import type { Personality } from '../system/system-ddl.js';
import type { NodeIdentity } from '../system/node-rows.js';
import { DEFAULT_SHARDS, Locality } from './locality.js';
import { Counters } from './stats.js';

const TOKEN_SPAN = 2n ** 64n;
const MIN_TOKEN = -(2n ** 63n);

/** A node as the cluster sees it. */
export interface Member extends NodeIdentity, RingNode {
  port: number;
  /** Served beside the plain port, or null. */
  shardAwarePort: number | null;
  isUp: boolean;
}

function addressOf(first: string, index: number): string {
  const value = first.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Evenly spaced tokens, taken in turn by the nodes. */
function tokensOf(index: number, nodes: number, perNode: number): bigint[] {
  const step = TOKEN_SPAN / BigInt(nodes * perNode);
  return Array.from({ length: perNode }, (_, i) => MIN_TOKEN + step * BigInt(i * nodes + index) + step / 2n);
}

/** Tokens of a node that joins: like those of real nodes anywhere in the ring, always the same for the same node. */
function joiningTokens(index: number, perNode: number): bigint[] {
  return Array.from({ length: perNode }, (_, i) => BigInt.asIntN(64, mixed(BigInt(index * perNode + i + 1))));
}

/** SplitMix64's output function: a bijection, so that no two tokens of joined nodes are equal. */
function mixed(value: bigint): bigint {
  let z = BigInt.asUintN(64, value * 0x9e37_79b9_7f4a_7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return z ^ (z >> 31n);
}

const DEFAULT_TOKENS = 16;

/** What all nodes share: schema, rows, ring, counters. */
export class Cluster {
  readonly personality: Personality;
  readonly dataCenter: string;
  readonly members: Member[];
  readonly schema = new Schema();
  readonly budget: StorageBudget;
  readonly availability: Availability;
  readonly counters = new Counters();
  readonly clock: Clock;
  readonly isNull: boolean;
  readonly faults: FaultRunner;
  /** Of a cluster that shows its shards, or null. */
  readonly locality: Locality | null;
  /** ScyllaDB's CDC log, or null. */
  readonly changeLog: ChangeLog | null;
  private lastTimestampUs = 0;

  /** `act` does what a fault script says at its times. */
  constructor(
    readonly options: SimulatorOptions,
    act: (action: TimedAction) => void,
  ) {
    this.personality = options.personality ?? 'cassandra';
    this.dataCenter = options.dataCenter ?? 'datacenter1';
    this.clock = options.clock ?? systemClock;
    this.isNull = options.mode === 'null';
    this.budget = new StorageBudget(options.maxBytes ?? DEFAULT_MAX_BYTES);
    const nodes = options.nodes ?? 1;
    const perNode = options.tokensPerNode ?? DEFAULT_TOKENS;
    this.members = Array.from({ length: nodes }, (_, index) => this.member(index, tokensOf(index, nodes, perNode)));
    this.availability = new Availability(this.members);
    this.locality = this.personality === 'scylla' ? new Locality(options, this.schema, this.availability) : null;
    this.faults = new FaultRunner(this.clock, FaultScript.parse(options.script ?? {}), act);
    this.changeLog = this.personality === 'scylla' ? this.startLog() : null;
    const generations = this.changeLog?.generations;
    addSystemTables(this.schema, this.personality, (name) =>
      generations ? (GENERATION_ROWS[name]?.(generations) ?? []) : [],
    );
  }

  private startLog(): ChangeLog {
    const tokens = this.members.flatMap((member) => member.tokens);
    const shards = this.options.shards ?? DEFAULT_SHARDS;
    const generations = new Generations(tokens, shards, this.clock.epochMs());
    const log = new ChangeLog(generations, this.schema, this.budget, this.clock, () => this.faults.logDelayMs());
    this.schema.onChange(({ keyspace, table }) => {
      if (table !== null) log.follow(keyspace, table);
    });
    return log;
  }

  private member(index: number, tokens: bigint[]): Member {
    const { address = '127.0.0.1', port = 0 } = this.options;
    return {
      index,
      address: addressOf(address, index),
      port,
      hostId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
      tokens,
      dataCenter: this.dataCenter,
      rack: 'rack1',
      shardAwarePort: null,
      isUp: true,
    };
  }

  /** A node that is about to join, on the first address that is free; the ring knows nothing of it. */
  newcomer(): Member {
    const taken = new Set(this.members.map(({ index }) => index));
    let index = 0;
    while (taken.has(index)) index++;
    return this.member(index, joiningTokens(index, this.options.tokensPerNode ?? DEFAULT_TOKENS));
  }

  /** It has its share of the ring from now on. */
  join(member: Member): void {
    this.members.push(member);
    this.availability.ringChanged();
  }

  /** What it held is the others' from now on. */
  leave(member: Member): void {
    this.members.splice(this.members.indexOf(member), 1);
    this.availability.ringChanged();
  }

  onSchemaChange(listener: (change: SchemaChange) => void): void {
    this.schema.onChange(listener);
  }

  /** Write time of a request without its own, µs; no two are equal, so that later ones win. */
  timestampUs(wallMs: number): number {
    this.lastTimestampUs = Math.max(wallMs * 1000, this.lastTimestampUs + 1);
    return this.lastTimestampUs;
  }
}
