import type { EntityManager } from 'typeorm';
import type { Database } from './database.js';
import type { RunRow } from './row.js';

/** Runs of one project that a claim looks at: behind a hundred that cannot start, the next hardly can. */
const LOOKED_AT = 100;

/** Projects with queued runs, the one that has waited longest for a turn first. */
async function waitingProjects(database: Database, manager: EntityManager): Promise<{ id: string; queued: number }[]> {
  const { run, project } = database.entities;
  const counts: { id: string; queued: string | number }[] = await manager
    .createQueryBuilder(run, 'run')
    .select('run.projectId', 'id')
    .addSelect('COUNT(*)', 'queued')
    .where('run.status = :status', { status: 'queued' })
    .groupBy('run.projectId')
    .getRawMany();
  if (counts.length < 2) return counts.map(({ id, queued }) => ({ id, queued: Number(queued) }));
  const turns = new Map((await manager.find(project)).map(({ id, turn }) => [id, turn]));
  const turnOf = (id: string) => turns.get(id) ?? 0;
  return counts
    .map(({ id, queued }) => ({ id, queued: Number(queued) }))
    .toSorted((a, b) => turnOf(a.id) - turnOf(b.id) || (a.id < b.id ? -1 : 1));
}

/** Queued runs in the order in which they are tried: projects take turns, and within one the oldest is first. */
export async function queuedRuns(database: Database, manager: EntityManager): Promise<RunRow[]> {
  const { run } = database.entities;
  const runs: RunRow[] = [];
  for (const { id } of await waitingProjects(database, manager))
    runs.push(
      ...(await manager.find(run, {
        where: { status: 'queued', projectId: id },
        order: { createdAtMs: 'ASC', id: 'ASC' },
        take: LOOKED_AT,
      })),
    );
  return runs;
}

/** After a claim: the project goes behind all others. */
export async function endTurn(database: Database, manager: EntityManager, projectId: string): Promise<void> {
  const { project } = database.entities;
  const latest = (await manager.maximum(project, 'turn')) ?? 0;
  await manager.update(project, { id: projectId }, { turn: Number(latest) + 1 });
}

/** Place of a queued run when projects take turns; 1 is next. */
export async function positionOf(database: Database, manager: EntityManager, run: RunRow): Promise<number> {
  const { run: runs } = database.entities;
  const before = await manager
    .createQueryBuilder(runs, 'run')
    .where('run.status = :status AND run.projectId = :projectId', { status: 'queued', projectId: run.projectId })
    .andWhere('(run.createdAtMs < :atMs OR (run.createdAtMs = :atMs AND run.id < :id))', {
      atMs: run.createdAtMs,
      id: run.id,
    })
    .getCount();
  const projects = await waitingProjects(database, manager);
  const own = projects.findIndex(({ id }) => id === run.projectId);
  // Every other project has had one turn more than the runs before this one when it comes first, as many otherwise.
  return projects.reduce(
    (place, { id, queued }, index) =>
      id === run.projectId ? place : place + Math.min(queued, before + (index < own ? 1 : 0)),
    before + 1,
  );
}
