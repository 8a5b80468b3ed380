import type { CdcTarget } from '#libs/contract/cdc-target.js';
import type { Sink } from '#libs/contract/sink.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { ProblemCode } from '#libs/contract/problem.js';
import type { Mismatch } from '#libs/contract/summary.js';
import type { LanePlace } from '#libs/workloads/lane-spread.js';
import type { CdcReport, CdcSpec } from '../cdc.schema.js';

/** What the verifier's thread is started with. */
export interface VerifierInput {
  spec: CdcSpec;
  /** Where changes arrive; absent where they only go into the source's own log. */
  sink: Sink | undefined;
  source: CdcTarget;
  rings: readonly SharedArrayBuffer[];
  runId: string;
  shardIndex: number;
  /** Of this executor: whose keys are followed here, those of others are theirs. */
  lanes: readonly LanePlace[];
  /** False: the sink has no logical replication, as one that is embedded. */
  mayStream: boolean;
}

/** What the verifier alone finds out. */
export type Verified = Pick<
  CdcReport,
  | 'method'
  | 'methodNote'
  | 'sampledKeys'
  | 'sampledChanges'
  | 'outcomes'
  | 'verifiedShare'
  | 'unseen'
  | 'unverifiedBy'
  | 'fromAck'
  | 'fromSend'
  | 'fromDue'
  | 'negativeFromAck'
  | 'wrongRows'
  | 'wrongRowCount'
  | 'vanished'
  | 'duplicates'
  | 'reordered'
  | 'reappearances'
  | 'unexpectedDeletes'
  | 'queueDepthMax'
  | 'drainMs'
  | 'drained'
  | 'pollGapMaxMs'
  | 'clock'
  | 'sinkErrors'
>;

/** To the verifier. `finish`: the lanes have written all they will; aborted ones do not wait for what is open. */
export type VerifierCommand =
  { type: 'start'; startAtMs: number } | { type: 'finish'; isAborted: boolean } | { type: 'abort' } | { type: 'close' };

export type VerifierReport =
  | { type: 'ready' }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; message: string }
  | { type: 'interval'; snapshot: IntervalSnapshot }
  | { type: 'mismatch'; mismatch: Mismatch }
  | { type: 'artifact'; name: string; mediaType: string; text: string }
  | { type: 'ended'; verified: Verified }
  | { type: 'failed'; code: ProblemCode; message: string };
