import { type Measured, PhaseFold, type PhaseResult } from './resize-phase.js';
import type { PhaseFigures, Resize, ScalerReport } from './scaler-report.schema.js';
import type { ResizeRecord, ScalerState } from './scaler-state.js';

/** How much of the run before and after a resize it is compared with, at most. */
const COMPARED_MS = 60_000;
/** Throughput and p99 are followed in steps of this length. */
const STEP_MS = 5_000;
/** How long a resize is followed at most: one that was left unfinished goes on to the end of the run. */
const FOLLOWED_MS = 86_400_000;
const TOLERANCE = 0.1;
/** Executors' rows of one interval begin a few milliseconds apart. */
const SLACK_MS = 1_000;

type PhaseName = 'before' | 'during' | 'after' | 'step';

interface Pending {
  name: PhaseName;
  resize: number;
  fold: PhaseFold;
}

interface Found {
  before: PhaseResult | null;
  during: PhaseResult | null;
  after: PhaseResult | null;
  /** Throughput and p99 of everything, step by step from the start. */
  steps: (PhaseFigures | undefined)[];
}

/**
 * Computes what every resize did to the load from the run's intervals, given in order, however many there are: a part of the
 * run is folded while its intervals pass.
 */
export class ResizeReport {
  private readonly waiting: (Omit<Pending, 'fold'> & { fromMs: number; toMs: number })[];
  private open: Pending[] = [];
  private readonly found: Found[];

  constructor(
    private readonly state: ScalerState,
    private readonly type: string,
  ) {
    this.found = state.resizes.map(() => ({ before: null, during: null, after: null, steps: [] }));
    this.waiting = state.resizes
      .flatMap((record, index) => phasesOf(record, state.resizes[index - 1], state.resizes[index + 1], index))
      .toSorted((a, b) => a.fromMs - b.fromMs);
  }

  add(interval: Measured): void {
    while (this.waiting[0] !== undefined && this.waiting[0].fromMs <= interval.startMs) this.begin();
    for (const { fold } of this.open) fold.add(interval);
    const isPast = ({ fold }: Pending) => fold.toMs + SLACK_MS <= interval.startMs;
    this.open.filter(isPast).forEach((pending) => this.close(pending));
    this.open = this.open.filter((pending) => !isPast(pending));
  }

  /** Call once, after the last interval. */
  report(): ScalerReport {
    for (const pending of this.open) this.close(pending);
    const { state, found, type } = this;
    const results = found.flatMap(({ before, during, after }) => [before, during, after]);
    return {
      type,
      cycles: Math.floor(state.completedResizes / 2),
      latency: results.some((result) => result?.hasResponseTime === true) ? 'rt' : 'st',
      ended: state.ended?.reason ?? null,
      resizes: state.resizes.map((record, index) => resizeOf(record, found[index])),
      omittedResizes: state.omittedResizes,
    };
  }

  private begin(): void {
    const next = this.waiting.shift();
    if (next === undefined) return;
    const { name, resize, fromMs, toMs } = next;
    this.open.push({ name, resize, fold: new PhaseFold(fromMs, toMs) });
    if (name !== 'during' && name !== 'step') return;
    // Steps follow each other to the end of what is compared.
    const [record, following] = [this.state.resizes[resize], this.state.resizes[resize + 1]];
    const untilMs = record
      ? Math.min(endOfAfter(record, following), record.startedAtMs + FOLLOWED_MS + COMPARED_MS)
      : fromMs;
    const from = name === 'during' ? fromMs : toMs;
    if (from + STEP_MS > untilMs) return;
    this.waiting.unshift({ name: 'step', resize, fromMs: from, toMs: from + STEP_MS });
    this.waiting.sort((a, b) => a.fromMs - b.fromMs);
  }

  private close({ name, resize, fold }: Pending): void {
    const found = this.found[resize];
    const result = fold.result();
    if (found === undefined) return;
    if (name === 'step') found.steps.push(result?.phase.operations['total']);
    else found[name] = result;
  }
}

/** When a resize was over, well or not; it goes on for ever when nothing is known of its end. */
const endOf = ({ healthyAtMs, endedAtMs }: ResizeRecord): number => healthyAtMs ?? endedAtMs ?? Infinity;

const endOfAfter = (record: ResizeRecord, next: ResizeRecord | undefined): number =>
  Math.min(endOf(record) + COMPARED_MS, next?.startedAtMs ?? Infinity);

function phasesOf(
  record: ResizeRecord,
  previous: ResizeRecord | undefined,
  next: ResizeRecord | undefined,
  resize: number,
) {
  const { startedAtMs } = record;
  const endMs = Math.min(endOf(record), next?.startedAtMs ?? Infinity);
  const beforeMs = Math.max(startedAtMs - COMPARED_MS, previous === undefined ? -Infinity : endOf(previous));
  return [
    { name: 'before' as const, resize, fromMs: beforeMs, toMs: startedAtMs },
    { name: 'during' as const, resize, fromMs: startedAtMs, toMs: endMs },
    ...(record.healthyAtMs === null
      ? []
      : [{ name: 'after' as const, resize, fromMs: endMs, toMs: endOfAfter(record, next) }]),
  ];
}

function resizeOf(record: ResizeRecord, found: Found | undefined): Resize {
  const { endedAtMs: _, ...known } = record;
  const before = found?.before?.phase.operations['total'];
  const steps = found?.steps ?? [];
  return {
    ...known,
    before: found?.before?.phase ?? null,
    during: found?.during?.phase ?? null,
    after: found?.after?.phase ?? null,
    throughputBackMs: backAfterMs(steps, before, ({ ratePerSecond }) => ratePerSecond, -1),
    p99BackMs: backAfterMs(steps, before, ({ p99Ms }) => p99Ms, 1),
  };
}

/**
 * When a figure was back within the tolerance of what it was before, milliseconds from the start of the first step: the end
 * of the first such step after its worst one; 0 when the worst is within it, null when none is seen. `worse`: 1 where more is
 * worse, -1 where less is.
 */
export function backAfterMs(
  steps: readonly (PhaseFigures | undefined)[],
  before: PhaseFigures | undefined,
  figure: (figures: PhaseFigures) => number | null,
  worse: 1 | -1,
): number | null {
  const usual = before && figure(before);
  // Intervals may be longer than a step: one in which none began says nothing.
  const values = steps.map((step) => (step === undefined ? null : figure(step)));
  const known = values.filter((value) => value !== null);
  if (usual === null || usual === undefined || usual <= 0 || known.length === 0) return null;
  const isBack = (value: number | null) => value !== null && (value / usual - 1) * worse <= TOLERANCE;
  const worst = worse === 1 ? Math.max(...known) : Math.min(...known);
  if (isBack(worst)) return 0;
  const at = values.lastIndexOf(worst);
  const back = values.findIndex((value, index) => index > at && isBack(value));
  return back < 0 ? null : (back + 1) * STEP_MS;
}
