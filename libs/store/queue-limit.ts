import type { EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Database } from './database.js';

/**
 * Refuses a run that the queue has no room for, inside the control transaction that makes it, so that calls that come at once
 * cannot pass together. Throws CodedError QUEUE_FULL. Steps and probes wait as well and are counted, but never refused.
 */
export async function refuseFull(
  { entities }: Database,
  manager: EntityManager,
  projectId: string,
  maxQueued: number,
): Promise<void> {
  const { run, project } = entities;
  const queued = await manager.countBy(run, { status: 'queued' });
  if (queued >= maxQueued)
    throw new CodedError(
      'QUEUE_FULL',
      `${queued} runs wait already (TIDEMARK_MAX_QUEUED ${maxQueued}); cancel some or try again later.`,
    );
  const quota = (await manager.findOneBy(project, { id: projectId }))?.quotas.queuedRuns;
  if (quota === undefined) return;
  const own = await manager.countBy(run, { projectId, status: 'queued' });
  if (own >= quota)
    throw new CodedError(
      'QUEUE_FULL',
      `${own} runs of project ${projectId} wait already (its quota queuedRuns is ${quota}); cancel some or try again later.`,
    );
}
