import type { z } from 'zod';
import type { ScalerOf } from '../scaler.schema.js';
import { boundIssues } from '../scaler.schema.js';
import {
  ScalerRefusal,
  type Answer,
  type ClusterView,
  type Intent,
  type RequestView,
  type Resizer,
} from '../resizer.js';
import { readRequestBody } from './cloud-answer.js';
import type { CloudClient } from './cloud-client.js';
import { CloudError } from './cloud-error.js';
import { CloudDcs, CloudNodes, CloudRequest, CloudRequests, type CloudNode } from './cloud-shapes.js';

/** What a request ends with. Any other word, known or not, is one under way. */
const OVER: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'CANCELED']);
const GONE: ReadonlySet<string> = new Set(['DELETED', 'REMOVED', 'DECOMMISSIONED']);

type Settings = ScalerOf<'scylla-cloud'>;

/** Resizes a cluster of Scylla Cloud. */
export class CloudResizer implements Resizer {
  readonly isRepeatable = false;

  private dcId: string | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly client: CloudClient,
  ) {}

  async look(intent: Intent | null, signal: AbortSignal): Promise<ClusterView> {
    try {
      const dcId = await this.findDc(signal);
      const { nodes } = await this.get(CloudNodes, this.path('/nodes?enriched=true'), signal);
      const requests = await this.get(CloudRequests, this.path('/request'), signal);
      const here = nodes.filter(({ dcid, status = '', state = '' }) =>
        dcid === undefined || dcid === dcId ? !GONE.has(status) && !GONE.has(state) : false,
      );
      const ill = here.filter((node) => !isWell(node));
      return {
        nodes: here.length,
        isHealthy: here.length > 0 && ill.length === 0,
        trouble:
          here.length === 0
            ? 'no nodes'
            : ill.map(({ id, status, state }) => `node ${id} is ${status}/${state}`).join(', '),
        active: requests.filter(({ status }) => !OVER.has(status)).map(viewOf),
        knownIds: requests.map(({ id }) => id),
        own: intent === null ? null : await this.own(intent, requests, dcId, signal),
      };
    } catch (error) {
      throw asRefusal(error);
    }
  }

  async ask(intent: Intent, signal: AbortSignal): Promise<Answer> {
    try {
      const dcId = await this.findDc(signal);
      const data = await this.client.post(this.path('/resize'), this.bodyFor(intent, dcId), signal);
      const request = CloudRequest.safeParse(data);
      if (request.success) return { kind: 'accepted', requestId: request.data.id };
      return { kind: 'uncertain', message: 'the answer names no request' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!(error instanceof CloudError)) return { kind: 'uncertain', message };
      if (error.isHopeless) return { kind: 'forbidden', message };
      // An error of the API's own is a refusal; so is a connection that was never made. All else may have been done.
      return { kind: this.isRefusal(error) ? 'refused' : 'uncertain', message };
    }
  }

  private isRefusal({ answer }: CloudError): boolean {
    if (answer.kind === 'unsent') return true;
    if (answer.kind === 'error') return answer.status < 500;
    return answer.kind === 'unreadable' && answer.status >= 400 && answer.status < 500 && answer.status !== 408;
  }

  private async own(
    intent: Intent,
    requests: readonly CloudRequest[],
    dcId: string,
    signal: AbortSignal,
  ): Promise<RequestView | null> {
    const { requestId } = intent;
    if (requestId !== null) {
      const listed = requests.find(({ id }) => id === requestId);
      const path = `/account/${this.settings.accountId}/cluster/request/${requestId}`;
      const asked = await this.get(CloudRequest, path, signal).catch((error: unknown) => {
        // The list tells as well.
        if (listed !== undefined || (error instanceof CloudError && error.answer.kind === 'error')) return listed;
        throw error;
      });
      return asked === undefined ? null : viewOf(asked);
    }
    const wanted = Number(dcId);
    const found = requests.find(
      ({ id, requestbody }) =>
        !intent.knownIds.includes(id) && asksFor(readRequestBody(requestbody), wanted, intent.to),
    );
    return found === undefined ? null : viewOf(found);
  }

  private bodyFor(intent: Intent, dcId: string) {
    const { instanceTypeId } = this.settings;
    const wanted = { dcId: Number(dcId), wantedSize: intent.to };
    return { dcNodes: [{ ...wanted, ...(instanceTypeId !== undefined && { instanceTypeId }) }] };
  }

  /** The data center that is resized; its replication factor has to divide the bounds. Throws ScalerRefusal. */
  private async findDc(signal: AbortSignal): Promise<string> {
    if (this.dcId !== undefined) return this.dcId;
    const { datacenters } = await this.get(CloudDcs, this.path('/dcs?enriched=true'), signal);
    const wanted = this.settings.dcId === undefined ? undefined : String(this.settings.dcId);
    const found = datacenters.filter(({ id, status }) => (wanted === undefined ? status !== 'DELETED' : id === wanted));
    const [dc] = found;
    const all = datacenters.map(({ id, name = '' }) => `${id} ${name}`.trim()).join(', ');
    if (dc === undefined) throw new ScalerRefusal(`the cluster has no data center ${wanted ?? ''}; it has: ${all}`);
    if (found.length > 1)
      throw new ScalerRefusal(`the cluster has several data centers (${all}): say by dcId which one is to be resized`);
    const issues = dc.replicationfactor === undefined ? [] : boundIssues(this.settings, dc.replicationfactor, 'scaler');
    if (issues.length > 0) throw new ScalerRefusal(issues.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.dcId = dc.id;
    return dc.id;
  }

  private path(rest: string): string {
    return `/account/${this.settings.accountId}/cluster/${this.settings.clusterId}${rest}`;
  }

  private async get<S extends z.ZodType>(shape: S, path: string, signal: AbortSignal): Promise<z.infer<S>> {
    const data = await this.client.get(path, signal);
    const parsed = shape.safeParse(data);
    if (parsed.success) return parsed.data;
    throw new Error(`GET ${path}: the answer is not as expected (${parsed.error.issues[0]?.path.join('.') ?? ''})`);
  }
}

const isWell = ({ status, state }: CloudNode): boolean =>
  (status === undefined || status === 'ACTIVE') && (state === undefined || state === 'NORMAL');

const viewOf = ({ id, requesttype, status, progressdescription, userfriendlyerror }: CloudRequest): RequestView => ({
  id,
  type: requesttype,
  status,
  detail: [userfriendlyerror, progressdescription].find((text) => typeof text === 'string' && text !== '') ?? null,
});

/** Whether a request's body asks for this size of this data center. */
function asksFor(body: unknown, dcId: number, size: number): boolean {
  const dcs = typeof body === 'object' && body !== null && 'dcnodes' in body ? body.dcnodes : undefined;
  const [dc, ...more]: unknown[] = Array.isArray(dcs) ? dcs : [];
  if (typeof dc !== 'object' || dc === null || more.length > 0) return false;
  return 'dcid' in dc && Number(dc.dcid) === dcId && 'wantedsize' in dc && Number(dc.wantedsize) === size;
}

const asRefusal = (error: unknown): unknown =>
  error instanceof CloudError && error.isHopeless ? new ScalerRefusal(error.message) : error;
