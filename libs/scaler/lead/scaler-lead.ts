import type { Clock } from '#libs/load/clock.js';
import type { Resizer } from '#libs/scaler/resizer.js';
import { driveScaler } from '#libs/scaler/scaler-loop.js';
import type { ActiveScaler } from '#libs/scaler/scaler.schema.js';
import { ScalerState } from '#libs/scaler/scaler-state.js';
import type { ScalerWatch } from '#libs/scaler/scaler-watch.js';
import type { ScalerStore } from '#libs/store/scaler-port.js';

/** Asks until it is answered, for `withinMs` at most; then what was thrown last is thrown. */
export type Patiently = <T>(ask: () => Promise<T>, withinMs: number, signal: AbortSignal) => Promise<T>;

export interface LeadParts {
  runId: string;
  executorId: string;
  settings: ActiveScaler;
  makeResizer: () => Resizer;
  store: ScalerStore;
  /** Agreed upon by all executors. */
  clock: Clock;
  leaseMs: number;
  /** Asks the store again while it is away, for as long as the lease is at most. */
  patiently: Patiently;
  note: (atMs: number, text: string) => void;
  /** Nobody, when absent. */
  watch: ScalerWatch | undefined;
  log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** How often an executor that does not lead looks whether it should, or whether all is done. */
const LOOK_MS = 1_000;
/** Renewals in a lease: several may fail in a row. */
const RENEWALS = 5;
const NS_PER_MS = 1e6;

const causeOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One executor's part in resizing the target: it leads, or stands by to take over. */
export class ScalerLead {
  private wasAway = false;

  constructor(private readonly parts: LeadParts) {}

  /** Works until the scaler has ended, which it answers, or the signal aborts (null). Never throws. */
  async work(signal: AbortSignal): Promise<ScalerState['ended']> {
    const { store, clock, runId, executorId, leaseMs, log } = this.parts;
    while (!signal.aborted) {
      try {
        const lead = await store.lead(runId, executorId, clock.epochMs(), leaseMs);
        const known = lead === null ? await store.state(runId) : lead.state;
        const former = known === null ? null : ScalerState.parse(known);
        if (former?.ended) return former.ended;
        const state = lead === null ? null : await this.lead(lead.token, former, signal);
        if (state?.ended) return state.ended;
        this.wasAway = false;
      } catch (error) {
        if (!this.wasAway) log('warn', `the scaler cannot go on (${causeOf(error)}); tried again`);
        this.wasAway = true;
      }
      await clock.sleep(LOOK_MS, signal);
    }
    return null;
  }

  /** Leads until the scaler has ended, the signal aborts or another executor leads. Throws what the store throws. */
  private async lead(token: number, former: ScalerState | null, signal: AbortSignal): Promise<ScalerState> {
    const { settings, makeResizer, store, clock, runId, executorId, leaseMs, patiently, note, watch, log } = this.parts;
    const lost = new AbortController();
    const leading = AbortSignal.any([signal, lost.signal]);
    let heldUntilNs = clock.nowNs() + leaseMs * NS_PER_MS;
    /** Counted from before the question, as the lease itself is. */
    const holding = async (ask: (nowMs: number) => Promise<boolean>): Promise<boolean> => {
      const sentNs = clock.nowNs();
      const isHeld = await ask(clock.epochMs());
      if (isHeld) heldUntilNs = sentNs + leaseMs * NS_PER_MS;
      else lost.abort();
      return isHeld;
    };
    const renewing = this.renewOn(leading, () => holding((nowMs) => store.renew(runId, token, nowMs, leaseMs)));
    log('info', `leads the scaler (${settings.type}, ${settings.minNodes} to ${settings.maxNodes} nodes)`);
    try {
      return await driveScaler(
        {
          settings,
          resizer: makeResizer(),
          clock,
          holder: executorId,
          former,
          save: (state) =>
            patiently(() => holding((nowMs) => store.save(runId, token, state, nowMs, leaseMs)), leaseMs, leading),
          mayAsk: () => !leading.aborted && clock.nowNs() < heldUntilNs,
          note,
          stepped: (state, view) => watch?.stepped(settings.type, state, view),
        },
        leading,
      );
    } finally {
      lost.abort();
      watch?.left();
      await renewing;
      await store.release(runId, token).catch(() => undefined);
    }
  }

  private async renewOn(signal: AbortSignal, renew: () => Promise<boolean>): Promise<void> {
    const { clock, leaseMs } = this.parts;
    for (;;) {
      await clock.sleep(leaseMs / RENEWALS, signal);
      if (signal.aborted) return;
      // A database that is away: the lease runs out by this executor's own clock.
      await renew().catch(() => undefined);
    }
  }
}
