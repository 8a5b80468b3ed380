import type { ClusterView } from './resizer.js';
import type { ScalerState } from './scaler-state.js';

/** Told by the leader of a scaler what it does. Neither of them throws. */
export interface ScalerWatch {
  /** A step was taken and its state saved; `view`: what was looked at for it, where it was a look. */
  stepped(type: string, state: ScalerState, view: ClusterView | undefined): void;
  /** This executor leads no more: the run is over, the scaler has ended, or another one leads. */
  left(): void;
}
