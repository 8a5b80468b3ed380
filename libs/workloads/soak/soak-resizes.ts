import { ResizeReport } from '#libs/scaler/resize-report.js';
import { ScalerState } from '#libs/scaler/scaler-state.js';
import type { Store, StoredRun } from '#libs/store/port.js';

/**
 * What computes the resizes of a run from its intervals; undefined where no scaler has worked. Throws what the store throws.
 */
export async function resizesOf(
  { scalers }: Pick<Store, 'scalers'>,
  run: StoredRun,
): Promise<ResizeReport | undefined> {
  if (run.kind !== 'soak' || run.spec.scaler.type === 'none') return undefined;
  const state = ScalerState.safeParse(await scalers.state(run.id));
  return state.success ? new ResizeReport(state.data, run.spec.scaler.type) : undefined;
}
