import type { ScalerStore } from '#libs/store/scaler-port.js';

/** Where one process alone resizes, and nothing outlives it. */
export function loneLead(): ScalerStore {
  let last: object | null = null;
  return {
    lead: () => Promise.resolve({ token: 1, state: last }),
    renew: () => Promise.resolve(true),
    save: (_runId, _token, state) => {
      last = state;
      return Promise.resolve(true);
    },
    release: () => Promise.resolve(),
    state: () => Promise.resolve(last),
  };
}
