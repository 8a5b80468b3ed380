import { setTimeout as sleep } from 'node:timers/promises';
import { createTidemarkClient, dataOf, done, type TidemarkClient } from '#libs/client/client.js';
import type { components } from '#libs/client/schema.js';
import { followRun } from '#libs/client/events.js';
import type { ApiKey, CreateApiKey, CreatedApiKey } from '#libs/contract/api-key.js';
import type { Comparison, CreateComparison } from '#libs/contract/comparison.js';
import type { CreateRun, Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';
import { CodedError } from '#libs/contract/problem.js';
import type { CliConfig } from './config.js';
import { connectDatasets, type DatasetRemote } from './datasets/dataset-remote.js';
import { connectResources, type ResourceRemote } from './resources/resource-remote.js';
import type { RunFeed } from './watch.js';

/** What the commands ask of a server. Each call throws the server's problem as CodedError. */
export interface Remote extends RunFeed {
  datasets: DatasetRemote;
  resources: ResourceRemote;
  create(run: CreateRun): Promise<Run>;
  cancel(runId: string): Promise<Run>;
  list(filter: ListFilter): Promise<readonly Run[]>;
  /** Null while there is none. */
  summary(runId: string): Promise<Summary | null>;
  /** The HDR histogram log as text. */
  hdr(runId: string, filter: HdrFilter): Promise<string>;
  /** The HTML report, with other runs of its kind laid over it. */
  report(runId: string, others?: readonly string[]): Promise<string>;
  reportCsv(runId: string): Promise<string>;
  reportJson(runId: string): Promise<string>;
  compare(asked: CreateComparison): Promise<Comparison>;
  /** The same as an HTML page. */
  comparisonPage(asked: CreateComparison): Promise<string>;
  createKey(key: CreateApiKey): Promise<CreatedApiKey>;
  keys(): Promise<readonly ApiKey[]>;
  revokeKey(id: string): Promise<void>;
  executors(): Promise<readonly KnownExecutor[]>;
  drain(executorId: string): Promise<KnownExecutor>;
  resume(executorId: string): Promise<KnownExecutor>;
  /** Where a browser finds the run. */
  url(runId: string): string;
}

export type KnownExecutor = components['schemas']['Executor'];

export interface ListFilter {
  status?: Run['status'] | undefined;
  label?: string | undefined;
  limit: number;
}

export interface HdrFilter {
  op?: string | undefined;
  type?: 'st' | 'rt' | 'wt' | undefined;
}

const path = (id: string) => ({ params: { path: { id } } });

/** Absent fields are left out, not sent as undefined. */
const defined = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  JSON.parse(JSON.stringify(fields));

async function summaryOf(client: TidemarkClient, runId: string): Promise<Summary | null> {
  try {
    return await dataOf(client.GET('/v1/runs/{id}/summary', path(runId)));
  } catch (error) {
    if (error instanceof CodedError && error.code === 'NO_RESULT_YET') return null;
    throw error;
  }
}

/** The API of one server. */
export function connectRemote({ server, apiKey }: CliConfig): Remote {
  const client = createTidemarkClient(server, apiKey);
  return {
    datasets: connectDatasets({ server, apiKey }),
    resources: connectResources({ server, apiKey }),
    create: (run) => dataOf(client.POST('/v1/runs', { body: JSON.parse(JSON.stringify(run)) })),
    run: (runId) => dataOf(client.GET('/v1/runs/{id}', path(runId))),
    cancel: (runId) =>
      dataOf(client.POST('/v1/runs/{id}/cancel', { ...path(runId), body: { reason: 'cancelled by tidemark cancel' } })),
    list: async (filter) => {
      const { items } = await dataOf(client.GET('/v1/runs', { params: { query: defined(filter) } }));
      return items;
    },
    summary: (runId) => summaryOf(client, runId),
    hdr: (runId, filter) =>
      dataOf(
        client.GET('/v1/runs/{id}/hdr', {
          params: { path: { id: runId }, query: defined(filter) },
          parseAs: 'text',
        }),
      ),
    report: (runId, others = []) =>
      dataOf(
        client.GET('/v1/runs/{id}/report', {
          params: { path: { id: runId }, query: others.length === 0 ? {} : { with: others.join(',') } },
          parseAs: 'text',
        }),
      ),
    reportCsv: (runId) => dataOf(client.GET('/v1/runs/{id}/report.csv', { ...path(runId), parseAs: 'text' })),
    reportJson: (runId) => dataOf(client.GET('/v1/runs/{id}/report.json', { ...path(runId), parseAs: 'text' })),
    compare: (asked) => dataOf(client.POST('/v1/comparisons', { body: asked })),
    comparisonPage: ({ baseline, candidates, tolerancePercent }) =>
      dataOf(
        client.GET('/v1/runs/{id}/comparison', {
          params: { path: { id: baseline }, query: { with: candidates.join(','), tolerancePercent } },
          parseAs: 'text',
        }),
      ),
    createKey: (key) => dataOf(client.POST('/v1/api-keys', { body: defined(key) })),
    keys: async () => (await dataOf(client.GET('/v1/api-keys'))).items,
    revokeKey: (id) => done(client.DELETE('/v1/api-keys/{id}', path(id))),
    events: (runId, lastEventId) => followRun(server, runId, { apiKey, lastEventId }),
    executors: async () => (await dataOf(client.GET('/v1/executors'))).items,
    drain: (id) => dataOf(client.POST('/v1/executors/{id}/drain', path(id))),
    resume: (id) => dataOf(client.POST('/v1/executors/{id}/resume', path(id))),
    pause: (durationMs) => sleep(durationMs),
    url: (runId) => `${server.replace(/\/+$/, '')}/v1/runs/${runId}`,
  };
}
