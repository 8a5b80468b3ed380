import { authorization, createTidemarkClient, dataOf, problemOf, trimmed } from '#libs/client/client.js';
import type { Dataset, DatasetFile, DatasetSourceKind, NewUpload, Upload } from '#libs/contract/dataset.js';
import type { CliConfig } from '../config.js';

/** What the commands ask of a server about datasets. Each call throws the server's problem as CodedError. */
export interface DatasetRemote {
  /** `body` is that of POST /v1/datasets; the server says what is wrong with it. */
  register(body: unknown): Promise<Dataset>;
  list(filter: { source?: DatasetSourceKind | undefined; limit: number }): Promise<readonly Dataset[]>;
  get(id: string): Promise<Dataset>;
  files(id: string): Promise<readonly DatasetFile[]>;
  delete(id: string, withFiles: boolean): Promise<void>;
  beginUpload(id: string, upload: NewUpload): Promise<Upload>;
  /** Those under way. */
  uploads(id: string): Promise<readonly Upload[]>;
  putPart(upload: Upload, number: number, bytes: Buffer, sha256: string): Promise<void>;
  completeUpload(upload: Upload): Promise<Dataset>;
}

const FILES_AT_ONCE = 10_000;

/** The datasets of one server. */
export function connectDatasets({ server, apiKey }: CliConfig): DatasetRemote {
  const client = createTidemarkClient(server, apiKey);
  const at = (id: string) => ({ params: { path: { id } } });
  return {
    register: (body) => dataOf(client.POST('/v1/datasets', { body: JSON.parse(JSON.stringify(body)) })),
    async list({ source, limit }) {
      const query = { limit, ...(source !== undefined && { source }) };
      return (await dataOf(client.GET('/v1/datasets', { params: { query } }))).items;
    },
    get: (id) => dataOf(client.GET('/v1/datasets/{id}', at(id))),
    async files(id) {
      const found: DatasetFile[] = [];
      for (let after: string | null | undefined; after !== null;) {
        const query = { limit: FILES_AT_ONCE, ...(after !== undefined && { after }) };
        const page = await dataOf(client.GET('/v1/datasets/{id}/files', { params: { path: { id }, query } }));
        found.push(...page.items);
        after = page.nextAfter;
      }
      return found;
    },
    async delete(id, withFiles) {
      const query = { files: withFiles ? ('true' as const) : ('false' as const) };
      const { error, response } = await client.DELETE('/v1/datasets/{id}', { params: { path: { id }, query } });
      if (!response.ok) throw problemOf(error, response);
    },
    beginUpload: (id, upload) =>
      dataOf(client.POST('/v1/datasets/{id}/uploads', { ...at(id), body: JSON.parse(JSON.stringify(upload)) })),
    uploads: async (id) => (await dataOf(client.GET('/v1/datasets/{id}/uploads', at(id)))).items,
    async putPart({ datasetId, id }, number, bytes, sha256) {
      const response = await fetch(`${trimmed(server)}/v1/datasets/${datasetId}/uploads/${id}/parts/${number}`, {
        method: 'PUT',
        headers: {
          ...authorization(apiKey),
          'content-type': 'application/octet-stream',
          'x-content-sha256': sha256,
        },
        body: new Uint8Array(bytes),
      });
      const body = await response.text();
      if (!response.ok) throw problemOf(parsed(body), response);
    },
    completeUpload: ({ datasetId, id }) =>
      dataOf(
        client.POST('/v1/datasets/{id}/uploads/{uploadId}/complete', {
          params: { path: { id: datasetId, uploadId: id } },
        }),
      ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
