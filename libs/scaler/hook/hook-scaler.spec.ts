import { describe, expect, it } from 'vitest';
import { VirtualClock } from '#libs/load/virtual-clock.js';
import { driveScaler } from '../scaler-loop.js';
import { ScalerSpec } from '../scaler.schema.js';
import type { ScalerState } from '../scaler-state.js';
import { HookResizer } from './hook-resizer.js';

const MINUTE = 60_000;
const DEADLINE_MS = 20 * MINUTE;
/** From the call to the nodes. */
const WORK_MS = 3 * MINUTE;

/** What becomes of a call: done and answered, done without an answer, lost on the way, or not even sent. */
type Fate = 'done' | 'unanswered' | 'lost' | 'away';

/** A cluster of nodes that calls change some minutes later, and scalers that are lost. */
class World {
  readonly clock = new VirtualClock();
  readonly notes: string[] = [];
  readonly calls: number[] = [];
  nodes = 3;
  isAway = false;
  state: ScalerState | null = null;
  private readonly settings;

  constructor(
    private readonly fates: Fate[],
    more: Record<string, unknown> = {},
  ) {
    const url = 'http://127.0.0.1:1/hook';
    const spec = ScalerSpec.parse({
      type: 'hook',
      scaleOut: { url },
      scaleIn: { url },
      stableMs: MINUTE,
      resizeDeadlineMs: DEADLINE_MS,
      cycles: 1,
      ...more,
    });
    if (spec.type !== 'hook') throw new TypeError();
    this.settings = spec;
  }

  private readonly fetch: typeof fetch = async (_, init) => {
    const { to }: { to: number } = JSON.parse(typeof init?.body === 'string' ? init.body : '');
    this.calls.push(to);
    const fate = this.fates.shift() ?? 'done';
    if (fate === 'done' || fate === 'unanswered')
      this.clock.plan(this.clock.nowNs() + WORK_MS * 1e6, () => (this.nodes = to));
    const code = fate === 'away' ? 'ECONNREFUSED' : 'ECONNRESET';
    if (fate === 'done') return new Response('');
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
  };

  /** Drives the scaler from what was saved. */
  start(holder: string, isKilledByCall = false) {
    const stop = new AbortController();
    const { settings, clock, fetch } = this;
    const parts = { hookDir: undefined, searchPath: '', token: undefined };
    const count = () =>
      this.isAway
        ? Promise.reject(new Error('no node answers'))
        : Promise.resolve({ nodes: this.nodes, up: this.nodes });
    const calling: typeof fetch = async (...call) => {
      if (!isKilledByCall) return fetch(...call);
      // It ends before it hears of an answer.
      void fetch(...call).catch(() => undefined);
      stop.abort();
      throw new Error('aborted');
    };
    void driveScaler(
      {
        settings,
        resizer: new HookResizer(settings, 'run-1', count, { ...parts, fetch: calling }),
        clock,
        holder,
        former: this.state,
        save: (state) => Promise.resolve((this.state = state) === state),
        mayAsk: () => true,
        note: (_, text) => void this.notes.push(text),
      },
      stop.signal,
    );
  }

  /** A leader that is lost at its first call, and another one that goes on. */
  async loseLeader(): Promise<void> {
    this.start('executor a', true);
    await this.pass(2 * MINUTE);
    expect(this.state?.phase).toBe('asking');
    this.start('executor b');
  }

  async pass(ms: number): Promise<void> {
    const endNs = this.clock.nowNs() + ms * 1e6;
    while (this.clock.nowNs() < endNs) {
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.advance(Math.min(endNs, this.clock.nowNs() + 5e9));
    }
  }

  get outcomes() {
    return this.state?.resizes.map(({ from, to, outcome }) => [from, to, outcome]);
  }
}

describe('a hook whose caller is lost', () => {
  it('is not called again when it was heard: the nodes tell', async () => {
    const world = new World(['unanswered']);
    await world.loseLeader();
    await world.pass(30 * MINUTE);
    expect(world.calls).toEqual([6, 3]);
    expect(world.outcomes).toEqual([
      [3, 6, 'completed'],
      [6, 3, 'completed'],
    ]);
    expect(world.notes.slice(0, 3)).toEqual([
      'executor b goes on with the resizes of an executor that was lost; it is not known whether its resize was asked for',
      'resize 1 (3 to 6 nodes): not known whether it was asked for, and not asked for again: the cluster is as before (3 nodes, healthy), and the nodes will tell',
      'resize 1 (3 to 6 nodes): healthy at 6 nodes',
    ]);
  });

  it('ends its resize as unknown at the deadline when the nodes stay as they were, and only then comes another one', async () => {
    const world = new World(['lost']);
    await world.loseLeader();
    await world.pass(DEADLINE_MS - 2 * MINUTE);
    expect(world.calls).toEqual([6]);
    await world.pass(20 * MINUTE);
    const [first, second] = world.state?.resizes ?? [];
    expect(first).toMatchObject({
      outcome: 'unknown',
      detail: 'not done after 1200 s, and not known whether it was asked for: 3 nodes, healthy',
    });
    expect(world.notes).toContain(`resize 1 (3 to 6 nodes): unknown (${first?.detail})`);
    expect((second?.startedAtMs ?? 0) - (first?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(DEADLINE_MS);
    expect(world.outcomes?.slice(1)).toEqual([
      [3, 6, 'completed'],
      [6, 3, 'completed'],
    ]);
    expect(world.calls).toEqual([6, 6, 3]);
  });

  it.each([['lost'], ['unanswered']] as const)(
    'is called again at once where that does no harm, though its call was %s',
    async (fate) => {
      const world = new World([fate], { repeatable: true });
      await world.loseLeader();
      await world.pass(MINUTE);
      expect(world.calls).toEqual([6, 6]);
      await world.pass(20 * MINUTE);
      expect(world.calls).toEqual([6, 6, 3]);
      expect(world.outcomes).toEqual([
        [3, 6, 'completed'],
        [6, 3, 'completed'],
      ]);
      expect(world.notes).toContain('resize 1 (3 to 6 nodes): asked for again, which does no harm');
    },
  );

  it('is called three times at most for one resize', async () => {
    const world = new World(['lost', 'lost', 'away', 'lost'], { repeatable: true });
    world.start('executor a');
    await world.pass(15 * MINUTE);
    // What could not be sent the third time may have arrived before: the resize goes on.
    expect(world.calls).toEqual([6, 6, 6]);
    expect(world.state).toMatchObject({ phase: 'resizing', resizes: [{ outcome: 'unfinished' }] });
    await world.pass(10 * MINUTE);
    expect(world.state?.resizes[0]?.outcome).toBe('unknown');
  });

  it('is not called again while the cluster changes, though that would do no harm', async () => {
    const world = new World(['unanswered'], { repeatable: true });
    world.start('executor a', true);
    await world.pass(2 * MINUTE);
    world.nodes = 4;
    world.start('executor b');
    await world.pass(5 * MINUTE);
    expect(world.calls[1]).not.toBe(6);
    expect(world.notes.join('\n')).toContain('the cluster changes (4 nodes, healthy)');
    expect(world.state?.resizes[0]?.outcome).toBe('completed');
  });

  it('keeps its deadline though nothing can be seen', async () => {
    const world = new World(['lost']);
    await world.loseLeader();
    world.isAway = true;
    await world.pass(25 * MINUTE);
    expect(world.state?.resizes[0]).toMatchObject({
      outcome: 'unknown',
      detail: expect.stringMatching(
        /not known whether it was asked for: the cluster cannot be looked at: no node answers$/,
      ),
    });
    expect(world.calls).toEqual([6]);
    expect(world.state?.phase).toBe('watching');
  });
});
