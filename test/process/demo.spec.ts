import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));
const started = new Set<ChildProcess>();

/** The demo as a user sees it: what it prints, and when it has printed something. */
function demo(...args: string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.add(child);
  let out = '';
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      out += bytes.toString();
      look();
    });
  }
  const ended = new Promise<{ exitCode: number | null; out: string }>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, out })),
  );
  const seen = (text: string) =>
    new Promise<string>((resolve, reject) => {
      look = () => (out.includes(text) ? resolve(out) : undefined);
      void ended.then(() => reject(new Error(`ended without "${text}":\n${out}`)));
      look();
    });
  return { child, ended, seen };
}

// The demo ends its own processes when it is asked to; nothing else is touched.
afterEach(() => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  started.clear();
});

const pidsOf = (out: string): number[] => [...out.matchAll(/is up \(pid (\d+)\)/g)].map(([, pid]) => Number(pid));

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('npm run demo', () => {
  it('with --exit shows both runs second by second, validates every row and ends with 0', async () => {
    const { exitCode, out } = await demo('--exit').ended;
    expect(out).toContain('demo write: completed');
    expect(out).toContain('demo read, every row validated: completed');
    expect(out).toContain('mismatches    none');
    expect(out.match(/^ +\d+\.\d +WRITE .*SIMULATED$/gm)?.length).toBeGreaterThanOrEqual(3);
    expect(out.match(/^ +\d+\.\d +READ .*SIMULATED$/gm)?.length).toBeGreaterThanOrEqual(3);
    expect(out).toContain('60,000 operations');
    expect(exitCode).toBe(0);
    expect(pidsOf(out)).toHaveLength(4);
    expect(pidsOf(out).filter(lives)).toEqual([]);
  });

  it('stays up for its visitors until Ctrl-C, then leaves no process behind', async () => {
    const { child, ended, seen } = demo();
    const out = await seen('everything stays up');
    const server = /API docs: (http:\S+)\/docs/.exec(out)?.[1] ?? '';
    expect((await fetch(`${server}/docs`)).status).toBe(200);
    expect(out).toContain(`dashboard: ${server}/ `);
    expect(await (await fetch(server)).text()).toContain('<title>Tidemark</title>');
    const answer: unknown = await (await fetch(`${server}/v1/runs`)).json();
    expect(answer).toMatchObject({ items: [{ status: 'completed' }, { status: 'completed' }] });
    child.kill('SIGINT');
    expect((await ended).exitCode).toBe(0);
    expect(pidsOf(out).filter(lives)).toEqual([]);
  });
});
