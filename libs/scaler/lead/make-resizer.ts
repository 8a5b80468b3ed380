import type { Clock } from '#libs/load/clock.js';
import { CloudClient } from '#libs/scaler/cloud/cloud-client.js';
import { CloudResizer } from '#libs/scaler/cloud/cloud-resizer.js';
import { type CountNodes, HookResizer } from '#libs/scaler/hook/hook-resizer.js';
import { type Resizer, ScalerRefusal } from '#libs/scaler/resizer.js';
import type { ActiveScaler, ScalerOf } from '#libs/scaler/scaler.schema.js';
import { SimulatedResizer } from '#libs/scaler/simulated/simulated-resizer.js';

/** What this executor gives scalers to work with. */
export interface ResizerParts {
  clock: Clock;
  runId: string;
  /** By CQL. */
  countNodes: CountNodes;
  /** The only folder that hooks' commands come from; undefined: none may be run. */
  hookDir: string | undefined;
  /** PATH of those commands. */
  searchPath: string;
  /** For runs that bring no token. */
  cloudToken: string | undefined;
}

const FIRST_PAUSE_MS = 5_000;

/** One that ends the scaler at its first look. */
const refusing = (message: string): Resizer => ({
  isRepeatable: false,
  look: () => Promise.reject(new ScalerRefusal(message)),
  ask: () => Promise.resolve({ kind: 'forbidden', message }),
});

function cloudResizer(settings: ScalerOf<'scylla-cloud'>, { clock, cloudToken }: ResizerParts): Resizer {
  const token = settings.token ?? cloudToken;
  if (token === undefined)
    return refusing(
      'the run brings no token and this executor has none: give spec.scaler.token, or TIDEMARK_SCYLLA_CLOUD_TOKEN to every executor',
    );
  const { apiBase, requestTimeoutMs, pollMs } = settings;
  const firstPauseMs = Math.min(FIRST_PAUSE_MS, pollMs);
  const client = new CloudClient({ apiBase, token, requestTimeoutMs, firstPauseMs, clock, fetch: globalThis.fetch });
  return new CloudResizer(settings, client);
}

/** Who resizes as this scaler says. */
export function makeResizer(settings: ActiveScaler, parts: ResizerParts): Resizer {
  switch (settings.type) {
    case 'scylla-cloud':
      return cloudResizer(settings, parts);
    case 'hook': {
      const { runId, countNodes, hookDir, searchPath } = parts;
      const call = { fetch: globalThis.fetch, hookDir, searchPath, token: settings.token };
      return new HookResizer(settings, runId, countNodes, call);
    }
    case 'simulated':
      return new SimulatedResizer(settings.controlUrl, globalThis.fetch);
  }
}
