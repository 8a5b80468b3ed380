import { describe, expect, it } from 'vitest';
import { issuesOf, jsonPath } from './issues.js';
import { CreateRun } from './run.js';

const issuesIn = (body: unknown) => {
  const parsed = CreateRun.safeParse(body);
  return parsed.success ? [] : issuesOf(parsed.error, body);
};

const structured = {
  operation: 'write',
  stop: { type: 'operations', count: 1 },
  rate: { model: 'closed', threads: 1 },
};

describe('the issues of a run definition', () => {
  it('name the kinds when the kind is missing or unknown', () => {
    expect(issuesIn({})).toEqual([
      {
        path: 'kind',
        message:
          'expected one of "stress", "generate", "load", "query", "zookeeper", "soak", "cdc", "suite", "search", found nothing',
      },
    ]);
    expect(issuesIn({ kind: 'strees' })).toEqual([
      {
        path: 'kind',
        message:
          'expected one of "stress", "generate", "load", "query", "zookeeper", "soak", "cdc", "suite", "search", found "strees"',
      },
    ]);
  });

  it('are all there at once, with JSON paths, expected and found', () => {
    const body = {
      kind: 'stress',
      spec: { ...structured, operation: 'scan', stop: { type: 'operations', count: -1 } },
      target: { contactPoints: [5], port: 0 },
      labels: { a: 1 },
      bogus: true,
    };
    expect(issuesIn(body)).toEqual([
      {
        path: 'spec.operation',
        message:
          'expected one of "write", "read", "mixed", "counter_write", "counter_read", "user", "scyllaBench", "ycsb", found "scan"',
      },
      { path: 'spec.stop.count', message: 'expected at least 0, found -1' },
      { path: 'labels.a', message: 'expected a string, found 1' },
      { path: 'target.contactPoints[0]', message: 'expected a string, found 5' },
      { path: 'target.port', message: 'expected at least 1, found 0' },
      { path: 'bogus', message: 'expected no field of this name, found true' },
    ]);
  });

  it('are those of the command form when a command is present', () => {
    expect(issuesIn({ kind: 'stress', spec: { command: '', threads: 5 } })).toEqual([
      { path: 'spec.command', message: 'expected at least 1 character, found a string (not shown)' },
      { path: 'spec.threads', message: 'expected no field of this name, found 5' },
    ]);
  });

  it('are those of the structured form otherwise', () => {
    expect(issuesIn({ kind: 'stress', spec: { operation: 'read' } })).toEqual([
      { path: 'spec.stop', message: 'expected an object, found nothing' },
      { path: 'spec.rate', message: 'expected an object, found nothing' },
    ]);
  });

  it('never repeat a secret', () => {
    const text = JSON.stringify(
      issuesIn({ kind: 'stress', spec: structured, target: { contactPoints: ['a'], password: 1234567 } }),
    );
    expect(text).toContain('target.password');
    expect(text).not.toContain('1234567');
  });

  it('refuse too many labels in one sentence', () => {
    const labels = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, 'x']));
    expect(issuesIn({ kind: 'stress', spec: structured, labels })).toEqual([
      { path: 'labels', message: 'expected at most 32 labels, found an object' },
    ]);
  });
});

it('a path quotes what is no plain name', () => {
  expect(jsonPath(['labels', 'a b', 0, 'c'])).toBe('labels["a b"][0].c');
});
