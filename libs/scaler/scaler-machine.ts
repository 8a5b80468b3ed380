import type { Answer, ClusterView } from './resizer.js';
import { type ScalerState, withLatest, withoutLatest, withResize } from './scaler-state.js';
import {
  accepted,
  end,
  failed,
  idle,
  isLate,
  late,
  stay,
  type Step,
  title,
  uncertain,
  waitFor,
} from './scaler-step.js';

type AskedFor = NonNullable<ScalerState['intent']>;

/** How the machine is set. */
export interface ScalerSettings {
  minNodes: number;
  maxNodes: number;
  pollMs: number;
  stableMs: number;
  resizeDeadlineMs: number;
  firstAfterMs: number;
  cycles?: number | undefined;
  /** To ask for the same size twice does no harm. */
  isRepeatable: boolean;
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

/** A resize that may be asked for again when a question was lost is asked for so often at most. */
const MOST_TRIES = 3;
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

/** What the scaler does next, from what it knows; pure, time is an argument (epoch milliseconds). */
export function advance(state: ScalerState, event: ScalerEvent, settings: ScalerSettings, nowMs: number): Step {
  if (state.phase === 'ended') return stay(state);
  switch (event.kind) {
    case 'looked':
      return LOOKED[state.phase](state, event.view, settings, nowMs);
    case 'answered':
      return answered(state, event.answer, settings, nowMs);
    case 'blind':
      return blind(state, event.message, settings, nowMs);
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
  const intent = { from: view.nodes, to, requestId: null, knownIds: [...view.knownIds], tries: 1 };
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
      return uncertain(state, answer.message, nowMs);
    case 'refused':
      // This one did not arrive; the one before may have.
      if (state.intent !== null && state.intent.tries > 1) return uncertain(state, answer.message, nowMs);
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
  if (own === undefined) return askingNodes(state, intent, view, settings, nowMs);
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

/** Without requests only the nodes can tell, until the deadline; asking again might do it twice. */
function askingNodes(
  state: ScalerState,
  intent: AskedFor,
  view: ClusterView,
  settings: ScalerSettings,
  nowMs: number,
): Step {
  const sinceMs = state.uncertainSinceMs ?? nowMs;
  const isMoving = view.nodes !== intent.from || !view.isHealthy;
  if (!isMoving && settings.isRepeatable && intent.tries < MOST_TRIES) {
    const again = { ...intent, tries: intent.tries + 1 };
    return {
      state: { ...state, intent: again },
      notes: [`${title(state)}: asked for again, which does no harm`],
      ask: again,
    };
  }
  const seen = isMoving ? `the cluster changes (${nodesText(view)})` : `the cluster is as before (${nodesText(view)})`;
  const how = `not known whether it was asked for, and not asked for again: ${seen}, and the nodes will tell`;
  const step = accepted(state, null, how);
  return { ...step, state: { ...step.state, uncertainSinceMs: sinceMs } };
}

function resizing(state: ScalerState, view: ClusterView, settings: ScalerSettings, nowMs: number): Step {
  const { own } = view;
  const outcome = own ? FAILED.get(own.status) : undefined;
  if (own && outcome) return failed(state, outcome, own.detail ?? `request ${own.id} is ${own.status}`, nowMs);
  const isDone = own === undefined || own?.status === 'COMPLETED' || (own === null && state.intent?.requestId === null);
  if (isDone && view.isHealthy && view.nodes === state.intent?.to) return healthy(state, own?.detail ?? null, nowMs);
  if (!isLate(state, settings, nowMs)) return stay({ ...state, waitsFor: null });
  const said = own ? `request ${own.id} is ${own.status}, ` : own === null ? 'its request is not found, ' : '';
  return late(state, `${said}${nodesText(view)}`, settings, nowMs);
}

/** Nothing can be seen; the deadline of what is under way counts all the same. */
function blind(state: ScalerState, message: string, settings: ScalerSettings, nowMs: number): Step {
  const said = `the cluster cannot be looked at: ${message}`;
  const isUnderWay = state.phase === 'asking' || state.phase === 'resizing';
  return isUnderWay && isLate(state, settings, nowMs) ? late(state, said, settings, nowMs) : waitFor(state, said);
}

const nodesText = ({ nodes, isHealthy, trouble }: ClusterView): string =>
  `${nodes} nodes, ${isHealthy ? 'healthy' : trouble}`;

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

/** Somebody else was leading: what it was about to ask for may have been asked for. */
function resumed(state: ScalerState, by: string, nowMs: number): Step {
  const isUncertain = state.phase === 'asking' && state.uncertainSinceMs === null;
  const note = isUncertain ? `; it is not known whether its resize was asked for` : '';
  return stay(
    isUncertain ? { ...state, uncertainSinceMs: nowMs } : state,
    `${by} goes on with the resizes of an executor that was lost${note}`,
  );
}
