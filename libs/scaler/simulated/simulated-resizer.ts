import { z } from 'zod';
import type { Answer, ClusterView, Intent, Resizer } from '../resizer.js';
import { causeOf, wasSent } from '../http-cause.js';

const Fleet = z.object({ nodes: z.int(), up: z.int() });

/** The simulator adds and removes nodes within moments. */
const CALL_MS = 30_000;

/** Resizes the simulated cluster by its control port. */
export class SimulatedResizer implements Resizer {
  /** It is told the size that is wanted. */
  readonly isRepeatable = true;

  constructor(
    private readonly controlUrl: string,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  async look(_intent: Intent | null, signal: AbortSignal): Promise<ClusterView> {
    const response = await this.call({ method: 'GET' }, signal);
    if (!response.ok) throw new Error(`the simulator answered HTTP ${response.status} at ${this.controlUrl}`);
    const { nodes, up } = Fleet.parse(await response.json());
    const isHealthy = nodes === up;
    return {
      nodes,
      isHealthy,
      trouble: isHealthy ? '' : `${nodes - up} of ${nodes} nodes are down`,
      active: [],
      knownIds: [],
      own: undefined,
    };
  }

  async ask({ to }: Intent, signal: AbortSignal): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    try {
      const response = await this.call({ method: 'POST', headers, body: JSON.stringify({ nodes: to }) }, signal);
      if (response.ok) return { kind: 'accepted', requestId: null };
      return { kind: 'failed', message: `the simulator answered HTTP ${response.status}: ${await response.text()}` };
    } catch (error) {
      return { kind: wasSent(error) ? 'uncertain' : 'refused', message: causeOf(error) };
    }
  }

  private call(init: RequestInit, signal: AbortSignal): Promise<Response> {
    return this.fetch(new URL('/nodes', this.controlUrl), {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]),
    });
  }
}
