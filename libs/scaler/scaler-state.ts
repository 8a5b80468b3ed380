import { z } from 'zod';
import { ResizeOutcome } from './scaler-report.schema.js';

/** A resize as it is remembered; times are epoch milliseconds. */
export const ResizeRecord = z.object({
  number: z.int(),
  from: z.int(),
  to: z.int(),
  requestId: z.string().nullable(),
  outcome: ResizeOutcome,
  detail: z.string().nullable(),
  startedAtMs: z.int(),
  /** When nothing more was done for it: healthy, or given up. */
  endedAtMs: z.int().nullable(),
  healthyAtMs: z.int().nullable(),
  stableAtMs: z.int().nullable(),
  gaps: z.int(),
});
export type ResizeRecord = z.infer<typeof ResizeRecord>;

/** What the leader writes down, so that another executor can go on. */
export const ScalerState = z.object({
  version: z.literal(1),
  phase: z.enum(['watching', 'asking', 'resizing', 'settling', 'ended']),
  beganAtMs: z.int(),
  /** The resize under way; kept before it is asked for. */
  intent: z
    .object({
      from: z.int(),
      to: z.int(),
      requestId: z.string().nullable(),
      knownIds: z.array(z.string()),
      /** How often it was asked for; more than once only where that does no harm. */
      tries: z.int().default(1),
    })
    .nullable(),
  /** Since when it is not known whether the resize was asked for; epoch milliseconds. Kept while only the nodes can tell. */
  uncertainSinceMs: z.int().nullable(),
  /** Since when the cluster is healthy at its new size, without a gap. */
  healthySinceMs: z.int().nullable(),
  /** Of the last look that found it so. */
  healthyLookMs: z.int().nullable(),
  /** What it waits for, so that it is said once. */
  waitsFor: z.string().nullable(),
  failuresInARow: z.int(),
  /** Healthy and stable ones; two make a cycle. */
  completedResizes: z.int(),
  resizes: z.array(ResizeRecord),
  omittedResizes: z.int(),
  ended: z.object({ atMs: z.int(), isDone: z.boolean(), reason: z.string() }).nullable(),
});
export type ScalerState = z.infer<typeof ScalerState>;

export const initialState = (nowMs: number): ScalerState => ({
  version: 1,
  phase: 'watching',
  beganAtMs: nowMs,
  intent: null,
  uncertainSinceMs: null,
  healthySinceMs: null,
  healthyLookMs: null,
  waitsFor: null,
  failuresInARow: 0,
  completedResizes: 0,
  resizes: [],
  omittedResizes: 0,
  ended: null,
});

/** Days of resizes; what is older is counted only, for the state is written at every step. */
const KEPT_RESIZES = 500;

/** With one resize more. */
export function withResize(state: ScalerState, from: number, to: number, nowMs: number): ScalerState {
  const resizes = [
    ...state.resizes,
    {
      number: state.omittedResizes + state.resizes.length + 1,
      from,
      to,
      requestId: null,
      outcome: 'unfinished' as const,
      detail: null,
      startedAtMs: nowMs,
      endedAtMs: null,
      healthyAtMs: null,
      stableAtMs: null,
      gaps: 0,
    },
  ];
  const omitted = Math.max(0, resizes.length - KEPT_RESIZES);
  return { ...state, resizes: resizes.slice(omitted), omittedResizes: state.omittedResizes + omitted };
}

/** With something else known of the latest resize. */
export function withLatest(state: ScalerState, change: (latest: ResizeRecord) => Partial<ResizeRecord>): ScalerState {
  const latest = state.resizes.at(-1);
  if (latest === undefined) return state;
  return { ...state, resizes: [...state.resizes.slice(0, -1), { ...latest, ...change(latest) }] };
}

/** Without the latest resize, which never came to be asked for. */
export const withoutLatest = (state: ScalerState): ScalerState => ({ ...state, resizes: state.resizes.slice(0, -1) });
