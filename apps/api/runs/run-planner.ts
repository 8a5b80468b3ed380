import { Injectable } from '@nestjs/common';
import { issuesOf } from '#libs/contract/issues.js';
import { withoutSecrets } from '#libs/contract/spec-secrets.js';
import type { Issue } from '#libs/contract/problem.js';
import { thresholdIssues } from '#libs/workloads/threshold-check.js';
import { CreateRun, isParent, policyProblem } from '#libs/contract/run.js';
import type { NewRun, Store } from '#libs/store/port.js';
import type { RunDefinition } from '#libs/workloads/driver.js';
import { type ChildDraft, childDrafts, type ParentDraft } from '#libs/workloads/parent/child-drafts.js';
import { scalerUrls } from '#libs/scaler/scaler.schema.js';
import { cdcThresholds } from '#libs/workloads/cdc/cdc-thresholds.js';
import { planRun } from '#libs/workloads/plans.js';
import { invalid } from '../problem/validation.pipe.js';
import { InjectStore } from '../tokens.js';
import { defineRun } from './definition.js';
import { estimateRun } from './estimate.js';
import { datasetLocks, folderIssues, namedDataset, withDataset } from './run-dataset.js';
import type { Validation } from './runs.schema.js';
import { TargetGuard } from './target-guard.js';

/** What a run is, decided; the service adds who asked for it and when. */
export type DefinedRun = Drafted & Pick<NewRun, 'endpoints' | 'shards'>;

/** A run before its target has been looked at. */
export type Drafted = RunDefinition & Pick<NewRun, 'name' | 'labels' | 'thresholds' | 'placement' | 'policies'>;

/** Turns a posted definition into a plan, or into everything that is wrong with it. */
@Injectable()
export class RunPlanner {
  constructor(
    private readonly targets: TargetGuard,
    @InjectStore() private readonly store: Store,
  ) {}

  /** As a run of the project. Throws CodedError VALIDATION_FAILED with every problem. */
  async define(body: CreateRun, projectId: string): Promise<DefinedRun> {
    const { run, issues } = await this.examine(body, projectId);
    if (run === null || issues.length > 0) throw invalid(issues, 'request body');
    return run;
  }

  /** A stored definition once more; the target is looked at anew. Throws CodedError VALIDATION_FAILED. */
  async redefine(stored: Drafted, projectId: string): Promise<DefinedRun> {
    const { run, issues } = await this.place(stored, projectId, (index) => `target.contactPoints[${index}]`);
    if (issues.length > 0) throw invalid(issues, 'stored definition');
    return run;
  }

  /** Any body, well-formed or not. Throws CodedError VALIDATION_FAILED with every problem. */
  async defineAny(body: unknown, projectId: string): Promise<DefinedRun> {
    const parsed = CreateRun.safeParse(body);
    if (!parsed.success) throw invalid(issuesOf(parsed.error, body), 'step');
    return this.define(parsed.data, projectId);
  }

  /** A body that was valid once, whatever has changed around it since: for a run that says why it cannot be. */
  async outline(body: unknown, projectId: string): Promise<DefinedRun> {
    const { run, issues } = await this.examine(CreateRun.parse(body), projectId);
    if (run === null) throw invalid(issues, 'step');
    return run;
  }

  /** The plan and all problems of any body, well-formed or not. */
  async validate(body: unknown, projectId: string): Promise<Validation> {
    const parsed = CreateRun.safeParse(body);
    if (!parsed.success) return { valid: false, errors: issuesOf(parsed.error, body), plan: null };
    const { run, issues } = await this.examine(parsed.data, projectId);
    if (run === null) return { valid: false, errors: issues, plan: null };
    const { kind, spec, shards } = run;
    const endpoints = [...run.endpoints];
    const plan = {
      kind,
      spec: withoutSecrets(spec),
      endpoints,
      executors: shards.length,
      shards: [...shards],
      estimate: estimateRun(run),
    };
    return { valid: issues.length === 0, errors: issues, plan };
  }

  private async examine(body: CreateRun, projectId: string): Promise<{ run: DefinedRun | null; issues: Issue[] }> {
    const definition = defineRun(body);
    // A search has no figures of its own: its thresholds are of its probes.
    const judged = body.kind === 'search' ? body.spec.probe.kind : body.kind;
    const thresholds = body.kind === 'cdc' ? (body.thresholds ?? cdcThresholds(body.spec)) : body.thresholds;
    const unknown = thresholdIssues(judged, thresholds);
    if (definition.run === undefined) return { run: null, issues: [...definition.issues, ...unknown] };
    const { name = null, labels, placement, policies } = body;
    const { run, issues } = await this.place(
      { ...definition.run, name, labels, thresholds, placement, policies },
      projectId,
      definition.contactPointPath,
    );
    return { run, issues: [...issues, ...unknown] };
  }

  private async place(given: Drafted, projectId: string, pathOf: (index: number) => string) {
    const reading = await this.reading(given, projectId);
    const drafted = { ...given, ...reading.run };
    const { endpoints, issues: refused } = await this.lock(drafted, projectId, reading.locks, pathOf);
    const pages = await this.calledByExecutors(drafted);
    const policy = policyProblem(drafted.kind, drafted.policies);
    const sink = drafted.kind === 'cdc' ? await this.targets.inspectSink(drafted.target.sink) : [];
    const issues = [...reading.issues, ...refused, ...pages, ...sink, ...(policy ? [policy] : [])];
    const shards = planRun(drafted, drafted.placement).map(({ index, lanes }) => ({ index, lanes }));
    return { run: { ...drafted, endpoints, shards }, issues };
  }

  /** What an executor would call besides the target, and must not. */
  private async calledByExecutors(run: Drafted): Promise<Issue[]> {
    if (run.kind === 'stress') return this.targets.inspectUrls(run.spec.metricsUrls ?? [], 'spec.metricsUrls');
    const called = run.kind === 'soak' ? scalerUrls(run.spec.scaler) : [];
    return (await Promise.all(called.map(({ url, path }) => this.targets.inspectUrls([url], path)))).flat();
  }

  /** What the run needs for itself: the addresses of a cluster, or a dataset's name. */
  private async lock(
    run: Drafted,
    projectId: string,
    locks: readonly string[],
    pathOf: (index: number) => string,
  ): Promise<Locked> {
    if (isParent(run)) return this.lockChildren(run, projectId);
    return run.target === null
      ? Promise.resolve({ endpoints: [...locks], issues: [] })
      : this.targets.inspect(run.target, pathOf).then(({ endpoints, issues }) => ({
          // Nobody may write the files that are read.
          endpoints: run.kind === 'load' ? [...endpoints, ...locks] : endpoints,
          issues,
        }));
  }

  /** The run with its dataset looked up, and what it locks of it. */
  private async reading(
    run: RunDefinition,
    projectId: string,
  ): Promise<{ run: RunDefinition; locks: string[]; issues: Issue[] }> {
    const id = namedDataset(run);
    if (id === undefined) {
      if (!('dataset' in run.spec)) return { run, locks: [], issues: [] };
      const { dataset: folder } = run.spec;
      const issues = folderIssues(folder, await this.store.datasets.foreignFolders(projectId));
      return { run, locks: [`dataset:${folder}`], issues };
    }
    const dataset = await this.store.datasets.find(id, projectId);
    return { ...withDataset(run, dataset), locks: dataset === null ? [] : datasetLocks(dataset) };
  }

  /** A run that consists of others needs all that they need, from its beginning to its end. */
  private async lockChildren(run: ParentDraft, projectId: string): Promise<Locked> {
    const { drafts, issues } = childDrafts(run);
    const endpoints = new Set<string>();
    const found = new Map(issues.map((issue) => [JSON.stringify(issue), issue]));
    for (const draft of drafts) {
      const child = await this.examineChild(draft, run, projectId);
      for (const endpoint of child.endpoints) endpoints.add(endpoint);
      for (const issue of child.issues.map(draft.locate)) found.set(JSON.stringify(issue), issue);
    }
    return { endpoints: [...endpoints], issues: [...found.values()] };
  }

  private async examineChild({ body }: ChildDraft, { target }: ParentDraft, projectId: string): Promise<Locked> {
    const parsed = CreateRun.safeParse(body);
    if (!parsed.success) return { endpoints: [], issues: issuesOf(parsed.error, body) };
    const { run, issues } = await this.examine(parsed.data, projectId);
    if (run === null) return { endpoints: [], issues };
    const inCommand = run.kind === 'stress' && target?.password === undefined && !hasPassword(body['target']);
    const ownPassword = inCommand && run.target?.password !== undefined;
    return { endpoints: run.endpoints, issues: ownPassword ? [...issues, OWN_PASSWORD] : issues };
  }
}

/** A step's own target with a password is refused where it stands. */
const hasPassword = (target: unknown): boolean =>
  typeof target === 'object' && target !== null && 'password' in target && target.password !== undefined;

interface Locked {
  endpoints: readonly string[];
  issues: Issue[];
}

/** Texts of steps are stored and shown as they are. */
const OWN_PASSWORD: Issue = {
  path: 'spec.command',
  message: 'expected no password: the target of the whole run takes it, and keeps it secret',
};
