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
    this.members = Array.from({ length: nodes }, (_, index): Member => ({
      index,
      address: addressOf(options.address ?? '127.0.0.1', index),
      port: options.port ?? 0,
      hostId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
      tokens: tokensOf(index, nodes, options.tokensPerNode ?? DEFAULT_TOKENS),
      dataCenter: this.dataCenter,
      rack: 'rack1',
      shardAwarePort: null,
      isUp: true,
    }));
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

  onSchemaChange(listener: (change: SchemaChange) => void): void {
    this.schema.onChange(listener);
  }

  /** Write time of a request without its own, µs; no two are equal, so that later ones win. */
  timestampUs(wallMs: number): number {
    this.lastTimestampUs = Math.max(wallMs * 1000, this.lastTimestampUs + 1);
    return this.lastTimestampUs;
  }
}
