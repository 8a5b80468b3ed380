import { z } from 'zod';
import { CdcSpec } from '#libs/workloads/cdc/cdc.schema.js';
import { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { LoadSpec } from '#libs/workloads/load/load.schema.js';
import { QuerySpec } from '#libs/workloads/query/query.schema.js';
import { SearchSpec } from '#libs/workloads/search/search.schema.js';
import { SoakSpec } from '#libs/workloads/soak/soak.schema.js';
import { StoredStressSpec, StressSpec } from '#libs/workloads/stress/stress.schema.js';
import { CdcTarget } from './cdc-target.js';
import { Sink } from './sink.js';
import { Placement } from './placement.js';
import { ZookeeperSpec, ZookeeperTarget } from '#libs/workloads/zookeeper/zookeeper.schema.js';
import { SuiteSpec } from '#libs/workloads/suite/suite.schema.js';
import { type Issue, Problem } from './problem.js';
import { RunStatus, StatusChange, Validity, Verdict } from './status.js';
import { RunReport, Threshold } from './summary.js';
import { Target, TargetView } from './target.js';

/** Every kind of run. `kind` is text in the database: a new kind is one more line here. */
export const WorkloadKind = z
  .enum(['stress', 'generate', 'load', 'query', 'zookeeper', 'soak', 'cdc', 'suite', 'search'])
  .meta({ id: 'WorkloadKind' });
export type WorkloadKind = z.infer<typeof WorkloadKind>;

/** Kinds that consist of other runs: no executor takes them, the API carries them forward. */
export type ParentKind = 'suite' | 'search';
/** Kinds that executors carry out. */
export type LoadKind = Exclude<WorkloadKind, ParentKind>;

export const parentKinds: readonly ParentKind[] = ['suite', 'search'];

/** True for a run that consists of other runs. */
export const isParent = <R extends { kind: WorkloadKind }>(run: R): run is Extract<R, { kind: ParentKind }> =>
  parentKinds.some((kind) => kind === run.kind);
/** True for a run that executors carry out. */
export const isLoad = <R extends { kind: WorkloadKind }>(run: R): run is Extract<R, { kind: LoadKind }> =>
  !isParent(run);

export const Policies = z
  .strictObject({
    lostExecutor: z
      .enum(['fail', 'continue', 'requeue'])
      .default('fail')
      .describe('requeue: another executor takes the part and goes on; only for kinds that may do a row twice'),
    maxRequeues: z.int().min(0).max(100).default(3).describe('Of one part; the next loss interrupts the run'),
    requeueDeadlineMs: z.int().min(1000).default(300_000).describe('A part that no executor takes interrupts the run'),
    maxStartSkewMs: z.number().positive().default(250).describe('Above it the run is degraded'),
    queuedDeadlineMs: z.int().min(1000).default(86_400_000),
    preparingDeadlineMs: z.int().min(1000).default(300_000),
    readyDeadlineMs: z.int().min(1000).default(60_000),
    runningGraceMs: z
      .int()
      .min(1000)
      .default(300_000)
      .describe('Beyond the planned duration; runs by count get 24 hours'),
    finishingDeadlineMs: z.int().min(1000).default(120_000),
  })
  .meta({ id: 'Policies' });
export type Policies = z.infer<typeof Policies>;

/** Kinds whose parts may be done a second time: what is there already stays as it is. */
const REPEATABLE: ReadonlySet<WorkloadKind> = new Set(['generate', 'load']);

/** Why a run of this kind cannot have these policies; undefined when it can. */
export const policyProblem = (kind: WorkloadKind, { lostExecutor }: Policies): Issue | undefined =>
  lostExecutor !== 'requeue' || REPEATABLE.has(kind)
    ? undefined
    : {
        path: 'policies.lostExecutor',
        message: `expected fail or continue, found requeue: a lost part is done again only in ${[...REPEATABLE].join(' and ')} runs, and in a ${kind} run it would be measured twice`,
      };

const described = {
  name: z.string().min(1).max(200).optional(),
  labels: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .refine((labels) => Object.keys(labels).length <= 32, 'expected at most 32 labels')
    .default({}),
};

const carriedOut = {
  thresholds: z.array(Threshold).max(64).default([]),
  placement: Placement.prefault({}),
  policies: Policies.prefault({}),
};

const CreateStressRun = z
  .strictObject({
    kind: z.literal('stress'),
    spec: StressSpec,
    ...described,
    target: Target.optional().describe('Optional for stress commands that name their nodes with -node'),
    ...carriedOut,
  })
  .meta({ id: 'CreateStressRun' });

const CreateGenerateRun = z
  .strictObject({ kind: z.literal('generate'), spec: GenerateSpec, ...described, ...carriedOut })
  .meta({ id: 'CreateGenerateRun' });

const CreateLoadRun = z
  .strictObject({ kind: z.literal('load'), spec: LoadSpec, ...described, target: Target, ...carriedOut })
  .meta({ id: 'CreateLoadRun' });

const CreateQueryRun = z
  .strictObject({ kind: z.literal('query'), spec: QuerySpec, ...described, target: Target, ...carriedOut })
  .meta({ id: 'CreateQueryRun' });

const CreateZookeeperRun = z
  .strictObject({
    kind: z.literal('zookeeper'),
    spec: ZookeeperSpec,
    ...described,
    target: ZookeeperTarget,
    ...carriedOut,
  })
  .meta({ id: 'CreateZookeeperRun' });

const CreateSoakRun = z
  .strictObject({ kind: z.literal('soak'), spec: SoakSpec, ...described, target: Target, ...carriedOut })
  .meta({ id: 'CreateSoakRun' });
const CreateCdcRun = z
  .strictObject({
    kind: z.literal('cdc'),
    spec: CdcSpec,
    ...described,
    target: CdcTarget.prefault({}).describe('The source, and in sink the PostgreSQL database'),
    ...carriedOut,
    thresholds: z
      .array(Threshold)
      .max(64)
      .optional()
      .describe('When absent: the asked rate, P95 <= 2 s, P99 <= 5 s, errors < 0.1 %, verified > 99 %, nothing lost'),
  })
  .meta({ id: 'CreateCdcRun' });

/** What the runs of a run work on: of the form that their kind has. */
const ParentTarget = z.union([
  Target.extend({ sink: Sink.optional().describe('Where the changes of cdc runs arrive') }).meta({
    id: 'ParentTarget',
  }),
  ZookeeperTarget,
]);

const CreateSuiteRun = z
  .strictObject({
    kind: z.literal('suite'),
    spec: SuiteSpec,
    ...described,
    target: ParentTarget.optional().describe('Of every step that works on such a cluster and names no other'),
    thresholds: z.array(Threshold).max(0, 'expected thresholds of each step, in its run').default([]),
    placement: Placement.prefault({}).describe('Of steps that say nothing of it'),
    policies: Policies.prefault({}).describe('Of the suite, and of steps that say nothing of it'),
  })
  .meta({ id: 'CreateSuiteRun' });

const CreateSearchRun = z
  .strictObject({
    kind: z.literal('search'),
    spec: SearchSpec,
    ...described,
    target: ParentTarget.optional().describe('Of every probe; an embedded pipeline needs none'),
    thresholds: z.array(Threshold).max(64).default([]).describe('What a rate has to meet'),
    placement: Placement.prefault({}).describe('Of every probe'),
    policies: Policies.prefault({}).describe('Of the search and of every probe'),
  })
  .meta({ id: 'CreateSearchRun' });

/** The body of POST /v1/runs. */
export const CreateRun = z
  .discriminatedUnion('kind', [
    CreateStressRun,
    CreateGenerateRun,
    CreateLoadRun,
    CreateQueryRun,
    CreateZookeeperRun,
    CreateSoakRun,
    CreateCdcRun,
    CreateSuiteRun,
    CreateSearchRun,
  ])
  .meta({ id: 'CreateRun' });
export type CreateRun = z.infer<typeof CreateRun>;

/** The specification of a run as it is stored, defaults filled in. */
export const StoredSpec = z
  .union([StoredStressSpec, GenerateSpec, LoadSpec, QuerySpec, ZookeeperSpec, SoakSpec, CdcSpec, SuiteSpec, SearchSpec])
  .meta({ id: 'StoredSpec' });

/** Why a run waits, in a sentence, and its place in the queue; 1 is next. */
export const Waiting = z.object({ position: z.int(), reason: z.string() }).meta({ id: 'Waiting' });
export type Waiting = z.infer<typeof Waiting>;

export const ShardView = z
  .object({
    index: z.int(),
    executorId: z.string().nullable(),
    lanes: z.array(z.object({ first: z.int(), stride: z.int(), threads: z.int() })),
    executorLabels: z.record(z.string(), z.string()).nullable().optional().describe('When it was claimed'),
    state: z.enum(['waiting', 'claimed', 'ready', 'running', 'ended', 'lost']),
    startedAtMs: z.int().nullable().describe('When it really started, by the clock that all executors agree on'),
    completed: z.int(),
    lostExecutors: z.array(z.string()).optional().describe('Executors that were lost and replaced, in order'),
    report: RunReport.nullable().optional().describe('What this executor made'),
  })
  .meta({ id: 'ShardView' });
export type ShardView = z.infer<typeof ShardView>;

/** A run as the API answers it. */
export const Run = z
  .object({
    id: z.string(),
    kind: WorkloadKind,
    name: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    target: TargetView.nullable().describe('null for kinds that work on no cluster'),
    spec: StoredSpec,
    thresholds: z.array(Threshold),
    placement: Placement,
    policies: Policies,
    status: RunStatus,
    statusHistory: z.array(StatusChange),
    waiting: Waiting.nullable().describe('Null unless it waits in the queue, or for an executor while it is prepared'),
    shards: z.array(ShardView),
    verdict: Verdict,
    validity: Validity.nullable(),
    problem: Problem.nullable().describe('Why the run failed'),
    simulated: z.boolean().nullable(),
    createdAtMs: z.int(),
    startedAtMs: z.int().nullable(),
    endedAtMs: z.int().nullable(),
    rerunOf: z.string().nullable(),
    parentId: z.string().nullable().default(null).describe('The suite or search that it belongs to'),
    step: z.string().nullable().default(null).describe('Which step or probe of it'),
    projectId: z.string().default('default'),
    benchmark: z
      .object({ id: z.string(), version: z.int() })
      .nullable()
      .default(null)
      .describe('The saved definition that it was made from'),
    scheduleId: z.string().nullable().default(null).describe('The schedule that started it'),
    correlationId: z
      .string()
      .nullable()
      .optional()
      .describe('Of the request that made it; the logs of every process carry it'),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof Run>;
