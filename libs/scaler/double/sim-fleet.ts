import type { Fleet } from './double-cluster.js';

/** Nodes of a simulator, told by its control port (`--control-port`). */
export const fleetAt =
  (controlUrl: string): Fleet =>
  async (nodes) => {
    const response = await fetch(new URL('/nodes', controlUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nodes }),
    });
    if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${await response.text()}`);
  };
