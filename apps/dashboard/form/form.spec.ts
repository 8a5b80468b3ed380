import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../connection.js';
import { ApiDocument, type Schema } from './api-document.js';
import { fieldOf } from './field.js';
import { fillNode, isAlike } from './fill-node.js';
import { nearest, parsePath, pathKey } from './issue-path.js';
import { branchNode, type Node, nodeOf, valueOf } from './node.js';
import { bodyLike, kindsOf } from './run-body.js';

const text = readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8');
const document = new ApiDocument(JSON.parse(text));
const kinds = kindsOf(document);

const formOf = (schema: Schema): Node => nodeOf(fieldOf(document, schema));
const formOfKind = (kind: string): Node => formOf(kinds.get(kind) ?? {});

/** A child by its name, of an object or of the chosen branch of a union. */
function child(node: Node, name: string): Node {
  const object = node.type === 'union' ? branchNode(node) : node;
  const found = object.type === 'object' ? object.children.find(({ property }) => property.name === name) : undefined;
  if (found === undefined) throw new Error(`no child ${name} in ${node.type}`);
  found.on = true;
  return found.node();
}

function type(node: Node, words: string): void {
  if (node.type !== 'text' && node.type !== 'number' && node.type !== 'json')
    throw new Error(`${node.type} is not typed`);
  node.text = words;
}

describe('the form of a run', () => {
  it('knows every kind that the service takes', () => {
    expect([...kinds.keys()].toSorted()).toEqual(document.enumOf('WorkloadKind').toSorted());
  });

  it.each(Object.entries(document.runExamples))(
    'has a field for all of the example %s, and gives it back',
    (_name, { value }) => {
      const kind = typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : '';
      const node = formOfKind(kind);
      expect(fillNode(node, value)).toBe(true);
      expect(isAlike(valueOf(node), value)).toBe(true);
    },
  );

  it('says nothing of what is left empty, and the kind always', () => {
    expect(valueOf(formOfKind('generate'))).toEqual({ kind: 'generate', spec: {} });
  });

  it('makes the body from what is filled in, number by number and branch by branch', () => {
    const node = formOfKind('stress');
    const spec = child(node, 'spec');
    if (spec.type !== 'union') throw new Error('a stress spec has two forms');
    spec.index = spec.names.indexOf('stress plan spec');
    const operation = child(spec, 'operation');
    if (operation.type === 'choice') operation.chosen = 'write';
    type(child(child(spec, 'stop'), 'count'), '1000');
    const rate = child(spec, 'rate');
    if (rate.type !== 'union') throw new Error('a rate has several forms');
    expect(rate.names).toEqual(['closed', 'open']);
    rate.index = 1;
    type(child(rate, 'threads'), '8');
    type(child(rate, 'ratePerSecond'), '12.5');
    type(child(node, 'name'), 'by hand');
    expect(valueOf(node)).toEqual({
      kind: 'stress',
      name: 'by hand',
      spec: {
        operation: 'write',
        stop: { type: 'operations', count: 1000 },
        rate: { model: 'open', threads: 8, ratePerSecond: 12.5 },
      },
    });
  });

  it('sends what is no number as it was typed, for the service to say what is wrong with it', () => {
    const node = formOf({ type: 'integer' });
    type(node, '12 threads');
    expect(valueOf(node)).toBe('12 threads');
  });

  it('tells when a body has more than the form has fields for', () => {
    expect(fillNode(formOfKind('generate'), { kind: 'generate', spec: { dataset: 'a', oddity: 1 } })).toBe(false);
  });

  it('takes a body whose lists and records are empty, as runs are answered', () => {
    const body = {
      kind: 'generate',
      labels: {},
      thresholds: [],
      placement: {},
      spec: { dataset: 'a', files: 1, rowsPerFile: 2 },
    };
    const node = formOfKind('generate');
    expect(fillNode(node, body)).toBe(true);
    expect(valueOf(node)).toEqual({ kind: 'generate', thresholds: [], placement: {}, spec: body.spec });
    expect(isAlike({ a: [] }, { a: [1] })).toBe(false);
  });

  it('keeps an optional part that is asked for and empty, and null out of unions', () => {
    const node = formOf({
      type: 'object',
      properties: {
        part: { type: 'object', properties: { size: { type: 'integer' } } },
        maybe: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      },
    });
    child(node, 'part');
    expect(valueOf(node)).toEqual({ part: {} });
    expect(child(node, 'maybe').type).toBe('number');
  });
});

describe('a run as a body for another like it', () => {
  const run = {
    kind: 'zookeeper',
    name: null,
    labels: { team: 'storage' },
    target: {
      contactPoints: ['127.0.0.1:2181', '127.0.0.2:2181'],
      port: 2181,
      shared: false,
      hasPassword: true,
      hasTls: false,
    },
    spec: { taskSet: 'set' },
    thresholds: [],
    placement: { executors: 1 },
    policies: {},
  } as unknown as Run;

  it('posts an ensemble by its connect string, without what is only answered', () => {
    expect(bodyLike(document, run)).toMatchObject({
      kind: 'zookeeper',
      target: { connectString: '127.0.0.1:2181,127.0.0.2:2181', shared: false },
    });
    expect(bodyLike(document, run)['target']).not.toHaveProperty('hasPassword');
  });

  it('posts a stress run in its structured form', () => {
    const spec = { command: 'write n=1', operation: 'write' };
    expect(bodyLike(document, { ...run, kind: 'stress', spec } as unknown as Run)['spec']).toEqual({
      operation: 'write',
    });
  });
});

describe('the place of a problem', () => {
  it('is read from the path that the service names', () => {
    expect(parsePath('spec.steps[0].run["a.b"].spec')).toEqual(['spec', 'steps', '0', 'run', 'a.b', 'spec']);
    expect(parsePath('target.contactPoints[12]')).toEqual(['target', 'contactPoints', '12']);
  });

  it('is the field, or the nearest one that it lies in', () => {
    const known = new Set([pathKey(['spec']), pathKey(['spec', 'rate'])]);
    expect(nearest('spec.rate.threads', (key) => known.has(key))).toBe(pathKey(['spec', 'rate']));
    expect(nearest('name', (key) => known.has(key))).toBeUndefined();
  });
});
