import type { LoadKind } from '#libs/contract/run.js';
import type { CdcTarget } from '#libs/contract/cdc-target.js';
import { postedEnsemble } from '../zookeeper/zookeeper-run.js';
import type { Ensemble } from './ensemble.schema.js';

type Cluster = 'cql' | 'zookeeper';

/** What runs of a kind work on, of what a suite or a search can hand to them. */
const WORKS_ON: { [K in LoadKind]: Cluster | null } = {
  stress: 'cql',
  generate: null,
  load: 'cql',
  query: 'cql',
  zookeeper: 'zookeeper',
  soak: 'cql',
  cdc: 'cql',
};

const NAMES: { [C in Cluster]: string } = {
  cql: 'a CQL cluster (contactPoints)',
  zookeeper: 'a ZooKeeper ensemble (connectString)',
};

/** What a run that consists of others works on; `ensemble` is there when that is an ensemble. */
export interface TargetHead {
  target: CdcTarget | null;
  spec: { ensemble?: Ensemble | undefined };
}

type Body = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Body => typeof value === 'object' && value !== null;
const isLoadKind = (kind: unknown): kind is LoadKind => typeof kind === 'string' && kind in WORKS_ON;

/** The kind of the runs that load the cluster: of a search that of its probes. */
function loadKindOf({ kind, spec }: Body): unknown {
  if (kind !== 'search') return kind;
  const probe = isRecord(spec) ? spec['probe'] : undefined;
  return isRecord(probe) ? probe['kind'] : undefined;
}

/** A simulated pipeline brings its source along. */
const isEmbedded = ({ kind, spec }: Body): boolean => {
  const pipeline = kind === 'cdc' && isRecord(spec) ? spec['pipeline'] : undefined;
  return isRecord(pipeline) && pipeline['type'] === 'embedded';
};

const worksOn = (body: Body): Cluster | null => {
  const kind = loadKindOf(body);
  return isLoadKind(kind) && !isEmbedded(body) ? WORKS_ON[kind] : null;
};

const clusterOf = ({ spec: { ensemble } }: TargetHead): Cluster => (ensemble === undefined ? 'cql' : 'zookeeper');

/** The target that a run hands to a body of POST /v1/runs, as it is posted; undefined where that is not what its kind works on. */
export function handedTarget(body: Body, head: TargetHead): unknown {
  const { target, spec } = head;
  if (target === null || worksOn(body) !== clusterOf(head)) return undefined;
  const { sink, ...cluster } = target;
  if (spec.ensemble !== undefined) return postedEnsemble(cluster, spec.ensemble.chroot);
  return loadKindOf(body) === 'cdc' && sink !== undefined ? target : cluster;
}

/** Why a body has no target, in a sentence, where its kind needs one and the run has one of another kind. */
export function mismatch(body: Body, head: TargetHead): string | undefined {
  const wanted = worksOn(body);
  const found = clusterOf(head);
  return head.target === null || wanted === null || wanted === found
    ? undefined
    : `expected ${NAMES[wanted]} for this step, found nothing: the target of the whole is ${NAMES[found]}`;
}
