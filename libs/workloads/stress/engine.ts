import type { SelfWatch, TargetShardCounts } from '#libs/contract/interval.js';
import type { Completion, Target } from '#libs/load/target.js';
import type { RowGenerator } from '#libs/stress/row-generator.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { Door } from './door/door.js';
import { openDriverEngine } from './driver-engine.js';
import type { FailureNotes } from './failure-notes.js';
import type { StressPlanSpec } from './stress.schema.js';
import type { OperationGate } from './stress.source.js';
import type { WorkItems } from './user/user-request.js';
import { openWireEngine } from './wire-engine.js';

/** What an engine needs to know of its lane. */
export interface EngineParts {
  input: LaneInput & { kind: 'stress' };
  generator: RowGenerator;
  columnNames: readonly string[];
  notes: FailureNotes;
  log: DriverEvents['log'];
}

/** A connected engine with its statements prepared. */
export interface Engine {
  target: Target & {
    /** Where to report from now on; `items` tells of the operation that is started. */
    report(completion: Completion, turn: () => void, items: WorkItems): void;
  };
  /** Says which operations have something to do; absent when all have, always. */
  gate?: OperationGate;
  /** Present when the run is in another tool's words. */
  door?: Door;
  /** CQL by operation, as it was prepared; absent where nobody asks for it. */
  statements?: readonly string[];
  /** Running totals of the connections. */
  totals(): Pick<SelfWatch, 'bytesSent' | 'bytesReceived' | 'lateAnswers'>;
  /** What each shard of the target answered since the last call; none where it shows none. */
  takeShards(): TargetShardCounts[];
  close(): Promise<void>;
}

/** The two engines do the same operations; the second cross-checks the first. */
export const engines: { [E in StressPlanSpec['engine']]: (parts: EngineParts) => Promise<Engine> } = {
  wire: openWireEngine,
  driver: openDriverEngine,
};
