import type { Intent } from './resizer.js';
import { type ScalerState, withLatest } from './scaler-state.js';

/** What follows: the state has to be saved before `ask` is carried out. */
export interface Step {
  state: ScalerState;
  /** Each becomes an annotation and a line of the log. */
  notes: string[];
  ask: Intent | null;
}

/** After so many resizes in a row that came to nothing no more are asked for. */
const MOST_FAILURES = 3;

/** Nothing is asked for. */
export const stay = (state: ScalerState, ...notes: string[]): Step => ({ state, notes, ask: null });

/** The resize is under way; `how`: what is known of that, for the note. */
export function accepted(state: ScalerState, requestId: string | null, how: string): Step {
  const known = withLatest(state, () => ({ requestId }));
  const intent = state.intent && { ...state.intent, requestId };
  const id = requestId === null || how.includes(requestId) ? '' : ` as request ${requestId}`;
  return stay(
    { ...known, phase: 'resizing', intent, uncertainSinceMs: null, waitsFor: null },
    `${title(state)}: ${how}${id}`,
  );
}

type Failure = 'failed' | 'cancelled' | 'stuck' | 'unknown';

/** The resize came to nothing; after several in a row no more are asked for. */
export function failed(state: ScalerState, outcome: Failure, detail: string, nowMs: number): Step {
  const failuresInARow = state.failuresInARow + 1;
  const known = withLatest(state, () => ({ outcome, detail, endedAtMs: nowMs }));
  const note = `${title(state)}: ${outcome} (${detail})`;
  const next = { ...idle(known), failuresInARow };
  if (failuresInARow < MOST_FAILURES) return stay(next, note);
  const ended = end(next, false, `${failuresInARow} resizes in a row came to nothing; the last: ${detail}`, nowMs);
  return { ...ended, notes: [note, ...ended.notes] };
}

/** Nobody knows whether what was asked arrived. */
export const uncertain = (state: ScalerState, message: string, nowMs: number): Step =>
  stay(
    { ...state, uncertainSinceMs: nowMs },
    `${title(state)}: it is not known whether the request arrived (${message})`,
  );

interface Deadline {
  resizeDeadlineMs: number;
}

/** Whether the resize under way ought to be done by now. */
export const isLate = ({ resizes }: ScalerState, { resizeDeadlineMs }: Deadline, nowMs: number): boolean =>
  nowMs - (resizes.at(-1)?.startedAtMs ?? nowMs) >= resizeDeadlineMs;

/** The deadline has passed; `said`: what is seen instead of the wanted size. */
export function late(state: ScalerState, said: string, { resizeDeadlineMs }: Deadline, nowMs: number): Step {
  const afterS = resizeDeadlineMs / 1000;
  return state.uncertainSinceMs === null
    ? failed(state, 'stuck', `not done after ${afterS} s: ${said}`, nowMs)
    : failed(state, 'unknown', `not done after ${afterS} s, and not known whether it was asked for: ${said}`, nowMs);
}

/** With no resize under way. */
export const idle = (state: ScalerState): ScalerState => ({
  ...state,
  phase: 'watching',
  intent: null,
  uncertainSinceMs: null,
  healthySinceMs: null,
  healthyLookMs: null,
  waitsFor: null,
});

/** No resize is asked for any more; `isDone`: all that was wanted is done. */
export const end = (state: ScalerState, isDone: boolean, reason: string, nowMs: number): Step =>
  stay(
    { ...idle(state), phase: 'ended', ended: { atMs: nowMs, isDone, reason } },
    isDone ? `the scaler has ended: ${reason}` : `no more resizes: ${reason}`,
  );

/** Said once, until something else is the matter. */
export const waitFor = (state: ScalerState, reason: string): Step =>
  state.waitsFor === reason ? stay(state) : stay({ ...state, waitsFor: reason }, `waits: ${reason}`);

/** The latest resize, for notes. */
export function title({ resizes }: ScalerState): string {
  const latest = resizes.at(-1);
  return latest ? `resize ${latest.number} (${latest.from} to ${latest.to} nodes)` : 'resize';
}
