import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startControl } from '#libs/cql-sim/control-server.js';
import type { LoopbackServer } from '#libs/wire/loopback-server.js';
import { type Simulator, startSimulator } from '#libs/cql-sim/simulator.js';
import { SimulatedResizer } from './simulated-resizer.js';

const { signal } = new AbortController();
const intent = (from: number, to: number) => ({ from, to, requestId: null, knownIds: [] });

let simulator: Simulator;
let control: LoopbackServer;
let resizer: SimulatedResizer;
beforeAll(async () => {
  simulator = await startSimulator({ nodes: 3 });
  control = await startControl(simulator, 0);
  resizer = new SimulatedResizer(control.url, globalThis.fetch);
});
afterAll(async () => {
  await control.close();
  await simulator.close();
});

describe('SimulatedResizer', () => {
  it('lets nodes of the simulator join and leave, and sees them', async () => {
    expect(await resizer.look(null, signal)).toEqual({
      nodes: 3,
      isHealthy: true,
      trouble: '',
      active: [],
      knownIds: [],
      own: undefined,
    });
    for (const [from, to] of [
      [3, 5],
      [5, 5],
      [5, 3],
    ] as const) {
      expect(await resizer.ask(intent(from, to), signal)).toEqual({ kind: 'accepted', requestId: null });
      expect(simulator.size).toEqual({ nodes: to, up: to });
      expect(await resizer.look(intent(from, to), signal)).toMatchObject({ nodes: to, isHealthy: true });
    }
  });

  it('tells what the simulator refuses, and that nothing has changed', async () => {
    const answer = await resizer.ask(intent(3, 0), signal);
    expect(answer).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^the simulator answered HTTP 409: /),
    });
    expect(simulator.size.nodes).toBe(3);
  });

  it('says of a port where nobody listens that nothing was asked, and of a lost answer that nobody knows', async () => {
    const gone = await startControl(simulator, 0);
    await gone.close();
    const away = new SimulatedResizer(gone.url, globalThis.fetch);
    expect(await away.ask(intent(3, 6), signal)).toEqual({ kind: 'refused', message: 'ECONNREFUSED' });
    await expect(away.look(null, signal)).rejects.toThrow('fetch failed');
    const cut: typeof fetch = async (...call) => {
      await fetch(...call);
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    };
    const lost = await new SimulatedResizer(control.url, cut).ask(intent(3, 4), signal);
    expect(lost).toEqual({ kind: 'uncertain', message: 'ECONNRESET' });
    expect(simulator.size.nodes).toBe(4);
  });

  it('does not take a page of something else for a simulator', async () => {
    const page = (text: string, status = 200) =>
      new SimulatedResizer('http://127.0.0.1:1', () => Promise.resolve(new Response(text, { status })));
    await expect(page('{"nodes":"three"}').look(null, signal)).rejects.toThrow(/expected number/);
    await expect(page('', 404).look(null, signal)).rejects.toThrow('the simulator answered HTTP 404');
    expect(await page('{"nodes":4,"up":3}').look(null, signal)).toMatchObject({
      isHealthy: false,
      trouble: '1 of 4 nodes are down',
    });
  });
});
