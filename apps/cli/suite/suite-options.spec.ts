import { describe, expect, it } from 'vitest';
import { suiteRun } from './suite-options.js';

const none = { param: [], label: [] };
const step = { id: 'a', run: { kind: 'stress', spec: { command: 'write n=1' } } };

describe('tidemark suite', () => {
  it('takes a whole definition or a specification alone, and flags over it', () => {
    const flags = { ...none, param: ['rows=5', 'name=x', 'deep=true'], node: 'h1,h2', name: 'n', label: ['team=1'] };
    const alone = suiteRun({ params: { rows: 1, kept: 2 }, steps: [step] }, flags);
    const whole = suiteRun(
      {
        kind: 'suite',
        target: { contactPoints: ['h0'], port: 9999 },
        spec: { params: { rows: 1, kept: 2 }, steps: [step] },
      },
      flags,
    );
    for (const run of [alone, whole])
      expect(run).toMatchObject({
        kind: 'suite',
        name: 'n',
        labels: { team: '1' },
        target: { contactPoints: ['h1', 'h2'] },
        spec: { params: { rows: 5, kept: 2, name: 'x', deep: true } },
      });
    expect(whole).toMatchObject({ target: { port: 9999 } });
  });

  it('knows the nightly suite', () => {
    const run = suiteRun(undefined, { ...none, preset: 'nightly', param: ['files=1'] });
    expect(run).toMatchObject({ name: 'nightly', spec: { params: { files: 1, rowsPerFile: 25_000 } } });
  });

  it('knows the sequence of the Locust harness, on an ensemble', () => {
    const flags = { ...none, preset: 'zookeeper-sequence', param: ['clients=9', 'valueSizes=8'] } as const;
    const run = suiteRun(undefined, { ...flags, hosts: '127.0.0.1:2181/a' });
    expect(run).toMatchObject({
      name: 'zookeeper-sequence',
      target: { connectString: '127.0.0.1:2181/a' },
      spec: { params: { clients: 9, stepMs: 10_000 } },
    });
    expect(() => suiteRun(undefined, { ...flags, hosts: 'h:x' })).toThrow('no suite');
    expect(() => suiteRun(undefined, { ...flags, hosts: 'h', node: 'h' })).toThrow('--node');
    expect(() => suiteRun(undefined, { ...flags, param: ['repetitions=x'] })).toThrow('--param repetitions');
  });

  it.each([
    [{ steps: [] }, 'no suite'],
    [{ kind: 'stress', target: { contactPoints: ['h'] }, spec: { command: 'write n=1' } }, 'suite'],
    ['text', 'no suite'],
  ])('refuses %j', (document, message) => {
    expect(() => suiteRun(document, none)).toThrow(message);
  });
});
