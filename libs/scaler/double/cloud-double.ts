import type { Clock } from '#libs/load/clock.js';
import { DoubleCluster, type DoubleRequest, type Fleet } from './double-cluster.js';
import { type CallFault, DoubleScript, type DoubleScriptInput } from './double-script.js';

export interface DoubleOptions {
  token: string;
  accountId?: number;
  clusterId?: number;
  dcId?: number;
  replicationFactor?: number;
  nodes?: number;
  clock: Clock;
  script?: DoubleScriptInput;
  fleet?: Fleet;
}

export interface DoubleCall {
  method: string;
  /** With its query. */
  path: string;
  authorization: string | undefined;
  body: string;
}

/** `cut`: the connection is ended without an answer. */
export type DoubleReply = { status: number; type: string; body: string } | 'cut';

type CallName = Exclude<CallFault['call'], 'any'>;

/** What was asked of it. */
export interface DoubleCounts {
  /** POSTs that came, refused ones among them. */
  resizePosts: number;
  /** Resizes that were taken on. */
  resizes: number;
  calls: number;
}

const json = (status: number, value: unknown): DoubleReply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});
/** As the API does: an error, and HTTP says that all is well. */
const refuse = (code: string): DoubleReply => json(200, { error: code });

/** Scylla Cloud's API for one cluster, as far as a resize needs it, with faults by script. */
export class CloudDouble {
  readonly counts: DoubleCounts = { resizePosts: 0, resizes: 0, calls: 0 };
  readonly cluster: DoubleCluster;
  private script: DoubleScript;
  private faults: CallFault[];
  private resized = 0;

  constructor(private readonly options: DoubleOptions) {
    this.cluster = new DoubleCluster(options.nodes ?? 3, options.clock, options.fleet);
    this.script = DoubleScript.parse({});
    this.faults = [];
    this.apply(options.script ?? {});
  }

  /** From now on this script holds. */
  apply(script: DoubleScriptInput): void {
    this.script = DoubleScript.parse(script);
    this.faults = this.script.faults.map((fault) => ({ ...fault }));
    this.resized = 0;
    const foreign = this.script.foreignRequest;
    if (foreign) this.cluster.occupy(foreign.requestType, foreign.status, foreign.forMs);
  }

  /** Answers one call, faults and delays included. */
  async handle(call: DoubleCall): Promise<DoubleReply> {
    this.counts.calls++;
    const name = nameOf(call);
    if (name === 'resize') this.counts.resizePosts++;
    const fault = this.faultFor(name);
    const { clock, token } = this.options;
    switch (fault?.kind) {
      case 'error-in-200':
        return refuse(fault.code);
      case 'bare-integer':
        return { status: 400, type: 'application/json', body: String(Number(fault.code)) };
      case 'throttled':
        return json(429, { error: '000001' });
      case 'empty-500':
        return { status: 500, type: 'text/plain', body: '' };
      case 'html-502':
        return { status: 502, type: 'text/html', body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
      case 'echo-token':
        return { status: 400, type: 'text/plain', body: `not understood: Authorization: Bearer ${token}` };
      case 'lost-before':
        return 'cut';
      case 'lost-after':
        this.carryOut(name, call);
        return 'cut';
      case 'slow-answer': {
        const reply = this.carryOut(name, call);
        await clock.sleep(fault.delayMs);
        return reply;
      }
      case 'slow':
        await clock.sleep(fault.delayMs);
        return this.carryOut(name, call);
      case undefined:
        return this.carryOut(name, call);
    }
  }

  private faultFor(name: CallName | undefined): CallFault | undefined {
    const fault = this.faults.find((each) => each.times > 0 && (each.call === 'any' || each.call === name));
    if (fault === undefined) return undefined;
    if (fault.skip > 0) {
      fault.skip--;
      return undefined;
    }
    fault.times--;
    return fault;
  }

  private carryOut(name: CallName | undefined, call: DoubleCall): DoubleReply {
    const { accountId = 110_632, clusterId = 47_716, token } = this.options;
    if (call.authorization === undefined) return refuse('020001');
    if (!call.authorization.startsWith('Bearer ')) return refuse('020005');
    if (call.authorization !== `Bearer ${token}`) return refuse('020001');
    if (name === undefined) return { status: 404, type: 'application/json', body: '404' };
    if (!call.path.startsWith(`/account/${accountId}/`)) return refuse('000002');
    if (name !== 'request' && !call.path.startsWith(`/account/${accountId}/cluster/${clusterId}`))
      return refuse('040001');
    const answer = this.answers[name](call);
    return typeof answer === 'string' ? refuse(answer) : json(200, { data: this.cased(answer.data) });
  }

  /** Data, or an error's code. */
  private readonly answers: { [N in CallName]: (call: DoubleCall) => { data: unknown } | string } = {
    nodes: () => ({ data: { nodes: this.nodes() } }),
    dcs: () => ({ data: { dataCenters: [this.dc()] } }),
    cluster: () => ({
      data: {
        cluster: {
          id: this.options.clusterId ?? 47_716,
          status: 'ACTIVE',
          nodes: this.nodes(),
          dataCenters: [this.dc()],
        },
      },
    }),
    requests: ({ path }) => {
      const status = new URL(path, 'http://double').searchParams.get('status');
      if (status !== null && !['QUEUED', 'IN_PROGRESS', 'COMPLETED', 'FAILED'].includes(status)) return '041192';
      const wanted = this.cluster.requests.filter((request) => status === null || request.status === status);
      return { data: wanted.map((request) => this.requestView(request, 'accountId')) };
    },
    request: ({ path }) => {
      const id = Number(/\/request\/(\d+)/.exec(path)?.[1]);
      const found = this.cluster.requests.find((request) => request.id === id);
      return found ? { data: this.requestView(found, 'accountId') } : '040001';
    },
    resize: ({ body }) => this.resize(body),
  };

  /** In the order of the real one's checks. */
  private resize(body: string): { data: unknown } | string {
    const { replicationFactor = 3 } = this.options;
    const { dcStatus, xCloud, mostNodesAtOnce, resizes } = this.script;
    const size = this.wantedSize(body);
    if (size === undefined) return '041001';
    if (size % replicationFactor !== 0) return '041007';
    if (dcStatus !== 'ACTIVE') return '041003';
    if (xCloud) return '041008';
    if (this.cluster.active) return '041006';
    if (Math.abs(size - this.cluster.nodes.length) > mostNodesAtOnce) return '041005';
    if (size === this.cluster.nodes.length) return '0420017';
    const script = resizes[Math.min(this.resized++, resizes.length - 1)];
    if (script === undefined) return '041002';
    this.counts.resizes++;
    return { data: this.requestView(this.cluster.resize(size, body, script), 'accountID') };
  }

  private wantedSize(body: string): number | undefined {
    try {
      const { dcNodes } = JSON.parse(body);
      const [dc] = Array.isArray(dcNodes) ? dcNodes : [];
      return dc?.dcId === this.dcId && Number.isInteger(dc.wantedSize) && dc.wantedSize > 0 ? dc.wantedSize : undefined;
    } catch {
      return undefined;
    }
  }

  private get dcId(): number {
    return this.options.dcId ?? 46_873;
  }

  private nodes() {
    return this.cluster.nodes.map((node) => ({ ...node, dcId: this.dcId, rackName: `rack${node.id % 3}` }));
  }

  private dc() {
    const { replicationFactor = 3 } = this.options;
    return { id: this.dcId, name: 'AWS_US_EAST_1', status: this.script.dcStatus, replicationFactor };
  }

  /** Resize answers write accountID, all others accountId. */
  private requestView(request: DoubleRequest, account: 'accountId' | 'accountID') {
    const cluster = account === 'accountID' ? 'clusterID' : 'clusterId';
    const { accountId = 110_632, clusterId = 47_716 } = this.options;
    return { ...request, [account]: accountId, [cluster]: clusterId, version: 1, provisioning: 'dedicated-vm' };
  }

  private cased(value: unknown): unknown {
    if (this.script.casing === 'camel') return value;
    if (Array.isArray(value)) return value.map((each) => this.cased(each));
    if (typeof value !== 'object' || value === null) return value;
    const pascal = (name: string) => (name === 'id' ? 'ID' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [pascal(name), this.cased(inner)]));
  }
}

const CALLS: readonly [CallName, string, RegExp][] = [
  ['resize', 'POST', /^\/account\/\d+\/cluster\/\d+\/resize$/],
  ['nodes', 'GET', /^\/account\/\d+\/cluster\/\d+\/nodes$/],
  ['dcs', 'GET', /^\/account\/\d+\/cluster\/\d+\/dcs$/],
  ['requests', 'GET', /^\/account\/\d+\/cluster\/\d+\/request$/],
  ['request', 'GET', /^\/account\/\d+\/cluster\/request\/\d+$/],
  ['cluster', 'GET', /^\/account\/\d+\/cluster\/\d+$/],
];

function nameOf({ method, path }: DoubleCall): CallName | undefined {
  const bare = path.split('?')[0] ?? '';
  return CALLS.find(([, verb, pattern]) => verb === method && pattern.test(bare))?.[0];
}
