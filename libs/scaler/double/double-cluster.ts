import type { Clock } from '#libs/load/clock.js';
import type { ResizeScript } from './double-script.js';

export interface DoubleNode {
  id: number;
  status: 'ACTIVE' | 'QUEUED' | 'PENDING_DELETE';
  state: 'NORMAL' | 'JOINING' | 'LEAVING';
}

export interface DoubleRequest {
  id: number;
  requestType: string;
  status: string;
  progressPercent: number;
  progressDescription: string;
  requestBody: string;
}

/** Where the nodes of the double really are: told of a new size, which is reached when the promise resolves. */
export type Fleet = (nodes: number) => Promise<void>;

const NS_PER_MS = 1e6;
const FIRST_REQUEST = 228_431;
const FIRST_NODE = 9_001;
const OVER: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** The cluster behind the double: nodes and requests, moving with the clock. */
export class DoubleCluster {
  nodes: DoubleNode[] = [];
  readonly requests: DoubleRequest[] = [];
  private nextNode = FIRST_NODE;
  private nextRequest = FIRST_REQUEST;

  constructor(
    nodes: number,
    private readonly clock: Clock,
    private readonly fleet: Fleet = () => Promise.resolve(),
  ) {
    this.nodes = Array.from({ length: nodes }, () => this.node('ACTIVE', 'NORMAL'));
  }

  get active(): DoubleRequest | undefined {
    return this.requests.find(({ status }) => !OVER.has(status));
  }

  /** A request of somebody else, which changes no nodes. */
  occupy(requestType: string, status: string, forMs: number): void {
    const request = this.add(requestType, status, '{}');
    this.after(forMs, () => (request.status = 'COMPLETED'));
  }

  /** Begins a resize; how it goes is in the script. */
  resize(size: number, body: string, script: ResizeScript): DoubleRequest {
    const request = this.add(script.requestType, 'QUEUED', body);
    this.after(script.queuedMs, () => this.work(request, size, script));
    return request;
  }

  private work(request: DoubleRequest, size: number, script: ResizeScript): void {
    const { workMs, nodesAt, lateMs, outcome } = script;
    const before = this.nodes.length;
    request.status = script.workWord;
    request.progressPercent = 10;
    this.depart(size);
    this.after(workMs / 2, () => (request.progressPercent = 50));
    if (outcome === 'STUCK') return;
    if (outcome !== 'COMPLETED') return this.after(workMs, () => this.fail(request, before, outcome));
    const done = () => {
      request.status = 'COMPLETED';
      request.progressPercent = 100;
      const [added, removed] = [Math.max(0, size - before), Math.max(0, before - size)];
      request.progressDescription = `resize finished successfully: ${added} nodes added, ${removed} nodes removed`;
    };
    const lost = () => this.fail(request, before, 'FAILED');
    const arrive = (then: () => void) => void this.fleet(size).then(() => (this.arrive(size), then()), lost);
    if (nodesAt === 'together') return this.after(workMs, () => arrive(done));
    if (nodesAt === 'nodes-first') {
      this.after(workMs / 2, () => arrive(() => undefined));
      return this.after(workMs, done);
    }
    this.after(workMs, done);
    this.after(workMs + lateMs, () => arrive(() => undefined));
  }

  /** New nodes join, or the last ones leave. */
  private depart(size: number): void {
    while (this.nodes.length < size) this.nodes.push(this.node('QUEUED', 'JOINING'));
    for (const node of this.nodes.slice(size)) node.state = 'LEAVING';
  }

  private arrive(size: number): void {
    this.nodes = this.nodes.slice(0, size);
    for (const node of this.nodes) Object.assign(node, { status: 'ACTIVE', state: 'NORMAL' });
  }

  /** As if nothing had been tried. */
  private fail(request: DoubleRequest, before: number, outcome: string): void {
    this.arrive(before);
    request.status = outcome;
    request.progressDescription =
      outcome === 'FAILED' ? 'resize failed: no capacity in the zone' : 'cancelled by support';
  }

  private add(requestType: string, status: string, requestBody: string): DoubleRequest {
    const id = this.nextRequest++;
    const request = { id, requestType, status, progressPercent: 0, progressDescription: '', requestBody };
    this.requests.push(request);
    return request;
  }

  private node(status: DoubleNode['status'], state: DoubleNode['state']): DoubleNode {
    return { id: this.nextNode++, status, state };
  }

  private after(ms: number, callback: () => void): void {
    this.clock.wakeAt(this.clock.nowNs() + ms * NS_PER_MS, callback);
  }
}
