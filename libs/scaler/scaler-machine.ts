import type { Answer, ClusterView, Intent } from './resizer.js';
import { type ScalerState, withLatest, withoutLatest, withResize } from './scaler-state.js';

/** How the machine is set. */
export interface ScalerSettings {
  minNodes: number;
  maxNodes: number;
  pollMs: number;
  stableMs: number;
  resizeDeadlineMs: number;
  firstAfterMs: number;
  cycles?: number | undefined;
}

/** What happens to the machine. */
export type ScalerEvent =
  | { kind: 'looked'; view: ClusterView }
  | { kind: 'blind'; message: string }
  | { kind: 'answered'; answer: Answer }
  /** The settings cannot work. */
  | { kind: 'impossible'; message: string }
  /** Another executor's state is gone on with. */
  | { kind: 'resumed'; by: string };

/** What follows: the state has to be saved before `ask` is carried out. */
export interface Step {
  state: ScalerState;
  /** Each becomes an annotation and a line of the log. */
  notes: string[];
  ask: Intent | null;
}

/** After so many resizes in a row that came to nothing no more are asked for. */
const MOST_FAILURES = 3;
/** A healthy cluster that was not looked at for so many polls may have been anything. */
const BLIND_POLLS = 3;
const BLIND_AT_LEAST_MS = 5_000;
/** A request that was not answered shows up in the provider's list by then, if it arrived. */
const SHOWN_WITHIN_MS = 60_000;
const SHOWN_WITHIN_POLLS = 3;

const FAILED: ReadonlyMap<string, 'failed' | 'cancelled'> = new Map([
  ['FAILED', 'failed'],
  ['CANCELLED', 'cancelled'],
  ['CANCELED', 'cancelled'],
]);

const stay = (state: ScalerState, ...notes: string[]): Step => ({ state, notes, ask: null });

/** What the scaler does next, from what it knows; pure, time is an argument (epoch milliseconds). */
export function advance(state: ScalerState, event: ScalerEvent, settings: ScalerSettings, nowMs: number): Step {
  if (state.phase === 'ended') return stay(state);
  switch (event.kind) {
    case 'looked':
      return LOOKED[state.phase](state, event.view, settings, nowMs);
    case 'answered':
      return answered(state, event.answer, settings, nowMs);
    case 'blind':
      return waitFor(state, `the cluster cannot be looked at: ${event.message}`);
    case 'impossible':
      return end(state, false, event.message, nowMs);
    case 'resumed':
      return resumed(state, event.by, nowMs);
  }
}

const LOOKED: {
  [P in Exclude<ScalerState['phase'], 'ended'>]: (
    state: ScalerState,
    view: ClusterView,
    settings: ScalerSettings,
    nowMs: number,
  ) => Step;
} = { watching, asking, resizing, settling };

/** No resize is under way: the next one may be, once the cluster is healthy and nobody works on it. */
function watching(state: ScalerState, view: ClusterView, settings: ScalerSettings, nowMs: number): Step {
  const [foreign] = view.active;
  if (foreign !== undefined)
    return waitFor(
      state,
      `request ${foreign.id} (${foreign.type}) is ${foreign.status}: no resize is asked for meanwhile`,
    );
  if (!view.isHealthy) return waitFor(state, `the cluster is not healthy (${view.trouble}): no resize is asked for`);
  if (nowMs - state.beganAtMs < settings.firstAfterMs) return stay(state);
  const to = view.nodes < settings.maxNodes ? settings.maxNodes : settings.minNodes;
  const intent = { from: view.nodes, to, requestId: null, knownIds: [...view.knownIds] };
  // What it was refused for is said again only when it changes.
  const planned = withResize({ ...state, phase: 'asking', intent }, view.nodes, to, nowMs);
  return { state: planned, notes: [], ask: intent };
}

function answered(state: ScalerState, answer: Answer, settings: ScalerSettings, nowMs: number): Step {
  if (state.phase !== 'asking') return stay(state);
  switch (answer.kind) {
    case 'accepted':
      return accepted(state, answer.requestId, 'accepted');
    case 'uncertain':
      return stay(
        { ...state, uncertainSinceMs: nowMs },
        `${title(state)}: it is not known whether the request arrived (${answer.message}); it is looked for`,
      );
    case 'refused':
      return waitFor(
        { ...withoutLatest(idle(state)), waitsFor: state.waitsFor },
        `a resize was refused (${answer.message}); it is asked for again later`,
      );
    case 'failed':
      return failed(state, 'failed', answer.message, nowMs);
    case 'forbidden': {
      const failed = withLatest(state, () => ({ outcome: 'failed', detail: answer.message, endedAtMs: nowMs }));
      return end(failed, false, `a resize was refused: ${answer.message}`, nowMs);
    }
  }
}

/** The answer was lost: the request is looked for among all that there are, and never made again unseen. */
function asking(state: ScalerState, view: ClusterView, settings: ScalerSettings, nowMs: number): Step {
  const { own, active } = view;
  if (own) return accepted(state, own.id, `found as request ${own.id} (${own.status})`);
  const { intent } = state;
  if (intent === null) return stay(idle(state));
  // Without requests only the nodes can tell; asking again might do it twice.
  if (own === undefined) return accepted(state, null, 'taken as asked for: the nodes will tell');
  if (view.nodes !== intent.from) return accepted(state, null, `not found, but the nodes are ${view.nodes} already`);
  if (active.length > 0)
    return waitFor(state, `${title(state)}: not found yet; request ${active[0]?.id} is ${active[0]?.status}`);
  const sinceMs = state.uncertainSinceMs ?? nowMs;
  const patienceMs = Math.max(
    SHOWN_WITHIN_POLLS * settings.pollMs,
    Math.min(SHOWN_WITHIN_MS, settings.resizeDeadlineMs),
  );
  if (nowMs - sinceMs < patienceMs) return stay({ ...state, uncertainSinceMs: sinceMs });
  return failed(state, 'failed', `the request never arrived: it is in no list after ${patienceMs / 1000} s`, nowMs);
}

function resizing(state: ScalerState, view: ClusterView, settings: ScalerSettings, nowMs: number): Step {
  const { own } = view;
  const outcome = own ? FAILED.get(own.status) : undefined;
  if (own && outcome) return failed(state, outcome, own.detail ?? `request ${own.id} is ${own.status}`, nowMs);
  const isDone = own === undefined || own?.status === 'COMPLETED' || (own === null && state.intent?.requestId === null);
  if (isDone && view.isHealthy && view.nodes === state.intent?.to) return healthy(state, own?.detail ?? null, nowMs);
  const startedAtMs = state.resizes.at(-1)?.startedAtMs ?? nowMs;
  if (nowMs - startedAtMs < settings.resizeDeadlineMs) return stay({ ...state, waitsFor: null });
  const said = own ? `request ${own.id} is ${own.status}` : 'its request is not found';
  const nodes = `${view.nodes} nodes, ${view.isHealthy ? 'healthy' : view.trouble}`;
  return failed(state, 'stuck', `not done after ${settings.resizeDeadlineMs / 1000} s: ${said}, ${nodes}`, nowMs);
}

function healthy(state: ScalerState, detail: string | null, nowMs: number): Step {
  const known = withLatest(state, () => ({ healthyAtMs: nowMs, endedAtMs: nowMs, detail }));
  return stay(
    { ...known, phase: 'settling', healthySinceMs: nowMs, healthyLookMs: nowMs, waitsFor: null },
    `${title(state)}: healthy at ${state.intent?.to} nodes`,
  );
}

/** The new size is reached: it has to stay so. */
function settling(state: ScalerState, view: ClusterView, settings: ScalerSettings, nowMs: number): Step {
  const isHealthy = view.isHealthy && view.nodes === state.intent?.to;
  const wasBlind = nowMs - (state.healthyLookMs ?? nowMs) > Math.max(BLIND_POLLS * settings.pollMs, BLIND_AT_LEAST_MS);
  const gapped = withLatest(state, ({ gaps }) => ({ gaps: gaps + 1 }));
  if (!isHealthy) {
    if (state.healthySinceMs === null) return stay(state);
    const trouble = view.isHealthy ? `${view.nodes} nodes` : view.trouble;
    return stay(
      { ...gapped, healthySinceMs: null, healthyLookMs: null },
      `${title(state)}: not healthy any more (${trouble})`,
    );
  }
  const seen = { ...state, healthyLookMs: nowMs, waitsFor: null };
  if (state.healthySinceMs === null) return stay({ ...seen, healthySinceMs: nowMs }, `${title(state)}: healthy again`);
  if (wasBlind)
    return stay(
      { ...gapped, healthyLookMs: nowMs, healthySinceMs: nowMs },
      `${title(state)}: the cluster could not be looked at for a while; it has to be stable from now on`,
    );
  if (nowMs - state.healthySinceMs < settings.stableMs) return stay(seen);
  return stable(seen, view, settings, nowMs);
}

function stable(state: ScalerState, view: ClusterView, settings: ScalerSettings, nowMs: number): Step {
  const completedResizes = state.completedResizes + 1;
  const note = `${title(state)}: stable for ${settings.stableMs / 1000} s`;
  const known = withLatest(state, () => ({ outcome: 'completed', stableAtMs: nowMs }));
  const next = { ...idle(known), completedResizes, failuresInARow: 0 };
  if (settings.cycles !== undefined && completedResizes >= 2 * settings.cycles) {
    const ended = end(next, true, `all of its ${settings.cycles} cycles are done`, nowMs);
    return { ...ended, notes: [note, ...ended.notes] };
  }
  const flip = watching(next, view, settings, nowMs);
  return { ...flip, notes: [note, ...flip.notes] };
}

function accepted(state: ScalerState, requestId: string | null, how: string): Step {
  const known = withLatest(state, () => ({ requestId }));
  const intent = state.intent && { ...state.intent, requestId };
  const id = requestId === null || how.includes(requestId) ? '' : ` as request ${requestId}`;
  return stay(
    { ...known, phase: 'resizing', intent, uncertainSinceMs: null, waitsFor: null },
    `${title(state)}: ${how}${id}`,
  );
}

function failed(state: ScalerState, outcome: 'failed' | 'cancelled' | 'stuck', detail: string, nowMs: number): Step {
  const failuresInARow = state.failuresInARow + 1;
  const known = withLatest(state, () => ({ outcome, detail, endedAtMs: nowMs }));
  const note = `${title(state)}: ${outcome} (${detail})`;
  const next = { ...idle(known), failuresInARow };
  if (failuresInARow < MOST_FAILURES) return stay(next, note);
  const ended = end(next, false, `${failuresInARow} resizes in a row came to nothing; the last: ${detail}`, nowMs);
  return { ...ended, notes: [note, ...ended.notes] };
}

/** Somebody else was leading: what it was about to ask for may have been asked for. */
function resumed(state: ScalerState, by: string, nowMs: number): Step {
  const isUncertain = state.phase === 'asking' && state.uncertainSinceMs === null;
  const note = isUncertain ? `; whether it asked for its resize is looked for` : '';
  return stay(
    isUncertain ? { ...state, uncertainSinceMs: nowMs } : state,
    `${by} goes on with the resizes of an executor that was lost${note}`,
  );
}

const idle = (state: ScalerState): ScalerState => ({
  ...state,
  phase: 'watching',
  intent: null,
  uncertainSinceMs: null,
  healthySinceMs: null,
  healthyLookMs: null,
  waitsFor: null,
});

const end = (state: ScalerState, isDone: boolean, reason: string, nowMs: number): Step =>
  stay(
    { ...idle(state), phase: 'ended', ended: { atMs: nowMs, isDone, reason } },
    isDone ? `the scaler has ended: ${reason}` : `no more resizes: ${reason}`,
  );

/** Said once, until something else is the matter. */
const waitFor = (state: ScalerState, reason: string): Step =>
  state.waitsFor === reason ? stay(state) : stay({ ...state, waitsFor: reason }, `waits: ${reason}`);

function title({ resizes }: ScalerState): string {
  const latest = resizes.at(-1);
  return latest ? `resize ${latest.number} (${latest.from} to ${latest.to} nodes)` : 'resize';
}
