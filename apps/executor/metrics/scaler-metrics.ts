import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClusterView } from '#libs/scaler/resizer.js';
import { ScalerState } from '#libs/scaler/scaler-state.js';
import type { ScalerWatch } from '#libs/scaler/scaler-watch.js';

const PHASES = ScalerState.shape.phase.options;

/**
 * What the scaler of the present soak run does, told by the executor that leads it alone, so that sums over executors are
 * right. The label `type` says who resizes: simulated, hook or scylla-cloud.
 */
export class ScalerMetrics implements ScalerWatch {
  private readonly phase: Gauge<'type' | 'phase'>;
  private readonly nodes: Gauge<'type'>;
  private readonly wanted: Gauge<'type'>;
  private readonly healthy: Gauge<'type'>;
  private readonly resizes: Counter<'type' | 'direction' | 'outcome'>;
  /** The last resize whose end was counted, or was known when this executor began to lead; undefined while it does not. */
  private counted: number | undefined;
  private hasEnded = false;

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string) =>
      new Gauge({ name: `tidemark_scaler_${name}`, help, labelNames: ['type'] as const, registers });
    this.phase = new Gauge({
      name: 'tidemark_scaler_phase',
      help: 'Phase of the scaler that this executor leads: 1 for the present one',
      labelNames: ['type', 'phase'],
      registers,
    });
    this.nodes = gauge('nodes', 'Nodes of the target at the last look');
    this.wanted = gauge('nodes_wanted', 'Nodes that the resize under way leads to');
    this.healthy = gauge('healthy', 'Whether all nodes served at the last look and none came or went');
    this.resizes = new Counter({
      name: 'tidemark_scaler_resizes_total',
      help: 'Resizes that this executor saw to their end: completed (stable), failed, cancelled, stuck, unknown',
      labelNames: ['type', 'direction', 'outcome'],
      registers,
    });
  }

  stepped(type: string, state: ScalerState, view: ClusterView | undefined): void {
    for (const phase of PHASES) this.phase.set({ type, phase }, phase === state.phase ? 1 : 0);
    this.hasEnded = state.phase === 'ended';
    if (view !== undefined) {
      this.nodes.set({ type }, view.nodes);
      this.healthy.set({ type }, view.isHealthy ? 1 : 0);
    }
    if (state.intent === null) this.wanted.reset();
    else this.wanted.set({ type }, state.intent.to);
    this.count(type, state);
  }

  /** That it has ended is told until the run is over. */
  left(): void {
    this.counted = undefined;
    if (!this.hasEnded) this.end();
  }

  /** The run is over. */
  end(): void {
    this.hasEnded = false;
    for (const gauge of [this.phase, this.nodes, this.wanted, this.healthy]) gauge.reset();
  }

  private count(type: string, { resizes }: ScalerState): void {
    const over = resizes.filter(({ outcome }) => outcome !== 'unfinished');
    const last = over.at(-1)?.number ?? 0;
    // What others have led, they have counted.
    const before = this.counted ?? last;
    for (const { number, from, to, outcome } of over)
      if (number > before) this.resizes.inc({ type, direction: to > from ? 'out' : 'in', outcome });
    this.counted = last;
  }
}
