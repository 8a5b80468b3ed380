import type { Sink } from '#libs/contract/sink.js';
import type { CdcSpec } from '#libs/workloads/cdc/cdc.schema.js';

/** What the relay has done. */
export interface RelayFigures {
  applied: number;
  lost: number;
  duplicated: number;
  reordered: number;
}

/** What the thread of the simulated source is started with. */
export interface RelayInput {
  spec: CdcSpec;
}

/** To that thread. `begin`: the tables are there; `close` ends it. */
export type RelayCommand = { type: 'begin'; sink: Sink } | { type: 'figures' } | { type: 'close' };

export type RelayReport =
  | { type: 'listening'; contactPoints: string[] }
  | { type: 'begun' }
  | { type: 'figures'; figures: RelayFigures }
  | { type: 'log'; message: string }
  | { type: 'failed'; message: string };
