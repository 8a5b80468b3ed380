import type { Answer, ClusterView, Intent, Resizer } from '../resizer.js';
import type { ScalerOf } from '../scaler.schema.js';
import { callHook, type HookParts } from './hook-call.js';

/** The nodes that the cluster tells of, and how many of them answer. Throws when none does. */
export type CountNodes = (signal: AbortSignal) => Promise<{ nodes: number; up: number }>;

/** Resizes by calls of somebody's own making; whether it worked is seen by CQL. */
export class HookResizer implements Resizer {
  readonly isRepeatable: boolean;

  constructor(
    private readonly settings: ScalerOf<'hook'>,
    private readonly runId: string,
    private readonly count: CountNodes,
    private readonly parts: HookParts,
  ) {
    this.isRepeatable = settings.repeatable;
  }

  async look(intent: Intent | null, signal: AbortSignal): Promise<ClusterView> {
    const { nodes, up } = await this.count(signal);
    const down = nodes === up ? '' : `${nodes - up} of ${nodes} nodes do not answer`;
    const trouble = down === '' && intent?.to === nodes ? await this.notReady(intent, signal) : down;
    return { nodes, isHealthy: trouble === '', trouble, active: [], knownIds: [], own: undefined };
  }

  ask({ from, to }: Intent, signal: AbortSignal): Promise<Answer> {
    const { scaleOut, scaleIn } = this.settings;
    return callHook(to > from ? scaleOut : scaleIn, { runId: this.runId, from, to }, this.parts, signal);
  }

  private async notReady({ from, to }: Intent, signal: AbortSignal): Promise<string> {
    const { ready } = this.settings;
    if (ready === undefined) return '';
    const answer = await callHook(ready, { runId: this.runId, from, to }, this.parts, signal);
    return answer.kind === 'accepted' ? '' : `not ready: ${'message' in answer ? answer.message : ''}`;
  }
}
