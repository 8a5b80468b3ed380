import { z } from 'zod';
import { callWithin } from '#libs/wire/call-within.js';
import type { Answer, ClusterView, Intent, Resizer } from '../resizer.js';
import { causeOf, wasSent } from '../http-cause.js';

const Fleet = z.object({ nodes: z.int(), up: z.int() });

interface Said {
  ok: boolean;
  status: number;
  text: string;
}

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
    const { ok, status, text } = await this.call({ method: 'GET' }, signal);
    if (!ok) throw new Error(`the simulator answered HTTP ${status} at ${this.controlUrl}`);
    const { nodes, up } = Fleet.parse(JSON.parse(text));
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
      const { ok, status, text } = await this.call(
        { method: 'POST', headers, body: JSON.stringify({ nodes: to }) },
        signal,
      );
      if (ok) return { kind: 'accepted', requestId: null };
      return { kind: 'failed', message: `the simulator answered HTTP ${status}: ${text}` };
    } catch (error) {
      return { kind: wasSent(error) ? 'uncertain' : 'refused', message: causeOf(error) };
    }
  }

  private call(init: RequestInit, signal: AbortSignal): Promise<Said> {
    return callWithin(CALL_MS, signal, async (within) => {
      const url = new URL('/nodes', this.controlUrl);
      const response = await this.fetch(url, { ...init, redirect: 'manual', signal: within });
      return { ok: response.ok, status: response.status, text: await response.text() };
    });
  }
}
