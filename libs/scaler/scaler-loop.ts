import type { Clock } from '#libs/load/clock.js';
import { type ClusterView, ScalerRefusal, type Resizer } from './resizer.js';
import { advance, type ScalerEvent, type ScalerSettings } from './scaler-machine.js';
import { initialState, type ScalerState } from './scaler-state.js';

export interface LoopParts {
  settings: Omit<ScalerSettings, 'isRepeatable'>;
  resizer: Resizer;
  clock: Clock;
  /** Who leads from now on. */
  holder: string;
  /** What the leader before has written; null at the first beginning. */
  former: ScalerState | null;
  /** Writes the state down; false when somebody else leads. */
  save(state: ScalerState): Promise<boolean>;
  /** Whether this executor may still ask for a resize, by its own clock. */
  mayAsk(): boolean;
  note: (atMs: number, text: string) => void;
  /** Told of each step that was saved; `view` where it was a look. */
  stepped?: (state: ScalerState, view: ClusterView | undefined) => void;
}

/**
 * Drives the scaler until its cycles are done, the signal aborts or somebody else leads; answers the last state. What is
 * about to be asked for is always saved first. Throws what `save` throws.
 */
export async function driveScaler(parts: LoopParts, signal: AbortSignal): Promise<ScalerState> {
  const { resizer, clock, holder, former, note } = parts;
  const settings = { ...parts.settings, isRepeatable: resizer.isRepeatable };
  let state = former ?? initialState(clock.epochMs());
  let saved: ScalerState | undefined;
  const take = async (event: ScalerEvent) => {
    const atMs = clock.epochMs();
    const step = advance(state, event, settings, atMs);
    state = step.state;
    if (state !== saved && !(await parts.save(state))) return 'lost';
    saved = state;
    parts.stepped?.(state, event.kind === 'looked' ? event.view : undefined);
    for (const text of step.notes) note(atMs, text);
    return step.ask;
  };
  if (former !== null && (await take({ kind: 'resumed', by: holder })) === 'lost') return state;
  while (!signal.aborted && !isOver(state)) {
    const seen = await look(resizer, state, signal);
    if (signal.aborted) break;
    const intent = await take(seen);
    if (intent === 'lost') break;
    if (intent !== null) {
      // Nothing is asked for by whom another may have replaced meanwhile; it finds that nothing arrived.
      if (!parts.mayAsk()) break;
      const answer = await resizer.ask(intent, signal);
      if (signal.aborted && answer.kind !== 'accepted') break;
      if ((await take({ kind: 'answered', answer })) === 'lost') break;
    }
    if (!isOver(state)) await clock.sleep(settings.pollMs, signal);
  }
  return state;
}

const isOver = ({ phase }: ScalerState): boolean => phase === 'ended';

async function look(resizer: Resizer, state: ScalerState, signal: AbortSignal): Promise<ScalerEvent> {
  try {
    return { kind: 'looked', view: await resizer.look(state.intent, signal) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof ScalerRefusal ? 'impossible' : 'blind', message };
  }
}
