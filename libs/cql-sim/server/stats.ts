import { OPCODE } from '#libs/cql/protocol.js';
import type { ShardCount } from '../placement/shard-counts.js';

/** What the simulator did since its start. */
export interface SimulatorStats {
  /** By opcode name, such as EXECUTE. */
  requests: Record<string, number>;
  /** ERROR frames by code, as `0x1001`. */
  errors: Record<string, number>;
  /** Requests that a fault script left without an answer. */
  unanswered: number;
  bytesIn: number;
  bytesOut: number;
  connections: number;
  storedBytes: number;
  refusedWrites: number;
  /** How often each fault of the script took effect, in the script's order. */
  faultHits: number[];
  /** Where requests with a partition key arrived; empty for a cluster without shards. */
  shards: ShardCount[];
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(OPCODE).map(([name, code]) => [code, name]));

/** Counters, kept as cheaply as the null mode needs them. */
export class Counters {
  private readonly requests = new Float64Array(256);
  readonly errors = new Map<number, number>();
  unanswered = 0;
  bytesIn = 0;
  bytesOut = 0;
  connections = 0;

  request(opcode: number): void {
    this.requests[opcode] = (this.requests[opcode] ?? 0) + 1;
  }

  error(code: number): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** `rest` is what others count. */
  snapshot(rest: Pick<SimulatorStats, 'storedBytes' | 'refusedWrites' | 'faultHits' | 'shards'>): SimulatorStats {
    const requests: Record<string, number> = {};
    this.requests.forEach((count, opcode) => {
      if (count > 0) requests[NAMES.get(opcode) ?? `0x${opcode.toString(16)}`] = count;
    });
    const errors = Object.fromEntries(
      [...this.errors].map(([code, count]) => [`0x${code.toString(16).padStart(4, '0')}`, count]),
    );
    const { unanswered, bytesIn, bytesOut, connections } = this;
    return {
      requests,
      errors,
      unanswered,
      bytesIn,
      bytesOut,
      connections,
      ...rest,
    };
  }
}
