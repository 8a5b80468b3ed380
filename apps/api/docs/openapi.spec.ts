import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CreateRun, WorkloadKind } from '#libs/contract/run.js';
import { describeApi } from './describe-api.js';
import { RUN_EXAMPLES } from './run-examples.js';

const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })),
});
const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({
    schemas: z.record(z.string(), z.looseObject({ required: z.array(z.string()).optional() })),
  }),
});

describe('the OpenAPI document', () => {
  let text = '';
  let document: z.infer<typeof Document>;
  let operations: [string, z.infer<typeof Operation>][];

  beforeAll(async () => {
    text = await describeApi();
    document = Document.parse(JSON.parse(text));
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, z.infer<typeof Operation>] => [
        `${method} ${path}`,
        operation,
      ]),
    );
  });

  it('is the committed one: run `npm run openapi` after a change of the API', async () => {
    expect(await readFile('openapi/openapi.json', 'utf8')).toBe(text);
  });

  it('has every route of the API', () => {
    expect(operations.map(([name]) => name).toSorted()).toEqual(
      [
        'delete /v1/api-keys/{id}',
        'delete /v1/datasets/{id}',
        'delete /v1/datasets/{id}/uploads/{uploadId}',
        'get /v1/datasets',
        'get /v1/datasets/{id}',
        'get /v1/datasets/{id}/files',
        'get /v1/datasets/{id}/files/{name}',
        'get /v1/datasets/{id}/uploads',
        'get /v1/datasets/{id}/uploads/{uploadId}',
        'post /v1/datasets',
        'post /v1/datasets/{id}/uploads',
        'post /v1/datasets/{id}/uploads/{uploadId}/complete',
        'put /v1/datasets/{id}/uploads/{uploadId}/parts/{number}',
        'delete /v1/projects/{id}',
        'delete /v1/runs/{id}',
        'get /health/live',
        'get /health/ready',
        'get /metrics',
        'get /v1/api-keys',
        'get /v1/audit',
        'get /v1/executors',
        'get /v1/projects',
        'get /v1/projects/{id}',
        'get /v1/runs',
        'get /v1/runs/{id}',
        ...[
          'annotations',
          'artifacts',
          'artifacts/{name}',
          'comparison',
          'server-metrics',
          'events',
          'hdr',
          'intervals',
          'log',
          'progress',
          'report',
          'report.csv',
          'report.json',
          'stats',
          'stdout',
          'summary',
        ].map((part) => `get /v1/runs/{id}/${part}`),
        'post /v1/runs/{id}/annotations',
        ...['benchmarks', 'schedules', 'webhooks'].flatMap((name) => [
          `get /v1/${name}`,
          `post /v1/${name}`,
          ...['get', 'put', 'delete'].map((method) => `${method} /v1/${name}/{id}`),
        ]),
        'get /v1/benchmarks/{id}/versions',
        'post /v1/benchmarks/{id}/runs',
        'get /v1/schedules/{id}/fires',
        'post /v1/schedules/{id}/pause',
        'post /v1/schedules/{id}/resume',
        'get /v1/webhooks/{id}/deliveries',
        'get /v1/webhooks/{id}/deliveries/{deliveryId}',
        'post /v1/webhooks/{id}/deliveries/{deliveryId}/redeliver',
        'post /v1/api-keys',
        'post /v1/executors/{id}/drain',
        'post /v1/executors/{id}/resume',
        'post /v1/projects',
        'put /v1/projects/{id}',
        'post /v1/comparisons',
        'post /v1/runs',
        'post /v1/runs/validate',
        'post /v1/runs/{id}/cancel',
        'post /v1/runs/{id}/rerun',
        'post /v1/runs/{id}/resume',
      ].toSorted(),
    );
  });

  it('answers every error as a problem', () => {
    for (const [name, { responses }] of operations)
      for (const [status, { content }] of Object.entries(responses))
        if (Number(status) >= 400)
          expect(Object.keys(content ?? {}), `${name} ${status}`).toEqual(['application/problem+json']);
  });

  it('names every operation once', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that is not there', () => {
    const names = [...text.matchAll(/#\/components\/schemas\/([\w.-]+)/g)].map(([, name]) => name ?? '');
    expect(names.filter((name) => !(name in document.components.schemas))).toEqual([]);
  });

  it('wants fields with a default in answers, not in requests', () => {
    const { schemas } = document.components;
    expect(schemas['PlacementInput']?.required).toBeUndefined();
    expect(schemas['Placement']?.required).toEqual(['executors', 'labels']);
  });

  it('never answers a secret', () => {
    const { schemas } = document.components;
    expect(JSON.stringify(schemas['TargetView'])).not.toMatch(/"(password|keyPem)"/);
    expect(JSON.stringify(schemas['TargetInput'])).toContain('"password"');
  });
});

describe('the examples', () => {
  it.each(Object.entries(RUN_EXAMPLES))('%s is a valid run', (_, { value }) => {
    expect(CreateRun.safeParse(value).error?.issues).toBeUndefined();
  });

  it('have one for every kind', () => {
    const kinds = Object.values(RUN_EXAMPLES).map(({ value }) => value.kind);
    expect(WorkloadKind.options.filter((kind) => !kinds.includes(kind))).toEqual([]);
  });
});
