import type { Clock } from '#libs/load/clock.js';
import { countNodesBy } from '#libs/scaler/cql-nodes.js';
import type { ActiveScaler } from '#libs/scaler/scaler.schema.js';
import type { ScalerWatch } from '#libs/scaler/scaler-watch.js';
import type { ScalerState } from '#libs/scaler/scaler-state.js';
import type { ScalerStore } from '#libs/store/scaler-port.js';
import type { OpenShard, ShardResult } from '#libs/workloads/driver.js';
import type { AttachScaler, Scaled } from '#libs/workloads/soak/scaling.js';
import { connectionOf } from '#libs/workloads/soak/soak-connection.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '#libs/workloads/stress/session-options.js';
import { makeResizer } from './make-resizer.js';
import { type Patiently, ScalerLead } from './scaler-lead.js';

export interface AttachParts {
  config: {
    /** Of the executor. */
    id: string;
    leaseMs: number;
    hookDir: string | undefined;
    searchPath: string;
    cloudToken: string | undefined;
  };
  patiently: Patiently;
  /** Told what the scaler does while this executor leads it. */
  watch?: ScalerWatch | undefined;
  store: ScalerStore;
  /** Agreed upon by all executors. */
  clock: Clock;
  /** That clock minus this machine's, milliseconds. */
  offsetMs: () => number;
}

/** Of one executor in a run: those of days of resizes. A cluster that comes and goes at every look would have no end of them. */
const MOST_ANNOTATIONS = 2_000;

/** Lets every executor of a soak run stand by to lead its scaler while it carries out its shard. */
export const attachScaler =
  (parts: AttachParts): AttachScaler =>
  (scaled) => {
    const { scaler } = scaled.spec;
    return scaler.type === 'none' ? scaled.opened : withScaler(scaled, leadOf(scaled, scaler, parts));
  };

function leadOf({ spec, target, events, runId }: Scaled, settings: ActiveScaler, parts: AttachParts): ScalerLead {
  const { config, store, clock, offsetMs, patiently, watch } = parts;
  const { id: executorId, leaseMs, hookDir, searchPath, cloudToken } = config;
  // What a look meets is told as what keeps the scaler waiting.
  const connection = sessionOptions(target, { connection: connectionOf(spec) }, NO_HOT_OPERATIONS, () => undefined);
  const countNodes = countNodesBy(connection);
  let annotations = 0;
  return new ScalerLead({
    runId,
    executorId,
    settings,
    makeResizer: () => makeResizer(settings, { clock, runId, countNodes, hookDir, searchPath, cloudToken }),
    store,
    clock,
    leaseMs,
    patiently,
    watch,
    // Whoever takes annotations adds the offset again.
    note: (atMs, text) => {
      events.log('info', `scaler: ${text}`);
      annotations++;
      if (annotations > MOST_ANNOTATIONS) return;
      const isLast = annotations === MOST_ANNOTATIONS;
      events.annotate?.(atMs - offsetMs(), isLast ? 'what else the scaler does is in the log alone' : text);
    },
    log: (level, message) => events.log(level, `scaler: ${message}`),
  });
}

function withScaler({ spec, events, opened }: Scaled, lead: ScalerLead): OpenShard {
  const isBounded = spec.durationMs !== undefined;
  return {
    run: async (startAtMs, signal) => {
      const enough = new AbortController();
      const over = new AbortController();
      const leading = lead.work(AbortSignal.any([signal, over.signal])).then((ended) => {
        if (ended?.isDone === false) events.log('error', `scaler: no more resizes: ${ended.reason}`);
        if (ended !== null && (ended.isDone || isEndless(spec.scaler, isBounded))) enough.abort();
        return ended;
      });
      try {
        const result = await opened.run(startAtMs, AbortSignal.any([signal, enough.signal]));
        over.abort();
        return enough.signal.aborted && !signal.aborted ? finished(result, await leading) : result;
      } finally {
        over.abort();
      }
    },
    close: () => opened.close(),
  };
}

/** A run that was to end with the cycles of a scaler which has given up would never end. */
const isEndless = (scaler: Scaled['spec']['scaler'], isBounded: boolean): boolean =>
  !isBounded && scaler.type !== 'none' && scaler.cycles !== undefined;

/** The load was stopped because the plan was carried out, or because it cannot be. */
function finished(result: ShardResult, ended: ScalerState['ended']): ShardResult {
  if (ended === null || ended.isDone) return { ...result, stopped: false };
  const message = `the scaler gave up before its cycles were done: ${ended.reason}`;
  return { ...result, stopped: true, failure: result.failure ?? { code: 'TARGET_REFUSED', message } };
}
