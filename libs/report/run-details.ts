import { labelOf, type Telling } from './figure-tables.js';
import { escaped } from './markup.js';
import { countText, durationText, instantText, msText, rateText } from './number-text.js';
import { factsOf, tableOf } from './page.js';
import type { RunPicture } from './picture/run-picture.js';

const MOST_MISMATCHES = 20;
const MOST_SPEC_LENGTH = 20_000;

/** What happened while the run was on, numbered as the charts have it. */
export function annotationTable(pictures: readonly RunPicture[], { several }: Telling): string {
  const all = pictures
    .flatMap((picture) =>
      picture.annotations.map((annotation) => ({
        picture,
        atS: (annotation.atMs - picture.startMs) / 1000,
        ...annotation,
      })),
    )
    .toSorted((one, other) => one.atS - other.atS);
  const rows = all.map(({ picture, atS, label, source }, index) => [
    String(index + 1),
    ...(several ? [labelOf(picture)] : []),
    `${atS.toFixed(1)} s`,
    label,
    source,
  ]);
  return tableOf(['', ...(several ? ['Run'] : []), 'At', 'What', 'Said by'], rows, { words: true });
}

export function gapTable(pictures: readonly RunPicture[], { several }: Telling): string {
  const rows = pictures.flatMap((picture) =>
    picture.gaps.map(({ fromS, toS, who }) => [
      ...(several ? [labelOf(picture)] : []),
      who,
      `${fromS.toFixed(1)} s`,
      durationText(toS - fromS),
    ]),
  );
  return tableOf([...(several ? ['Run'] : []), 'Who', 'From', 'For'], rows, { words: true });
}

export function executorTable({ run }: RunPicture): string {
  const rows = run.shards.map(({ index, executorId, state, startedAtMs, completed, executorLabels, lostExecutors }) => [
    String(index),
    executorId ?? '-',
    state,
    instantText(startedAtMs),
    countText(completed),
    Object.entries(executorLabels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
    (lostExecutors ?? []).join(', '),
  ]);
  return tableOf(['Part', 'executor', 'state', 'started', 'operations', 'labels', 'lost before'], rows, {
    words: true,
  });
}

export function regionTable({ summary }: RunPicture): string {
  const rows = Object.entries(summary?.regions ?? {}).flatMap(([region, { executors, operations }]) =>
    Object.entries(operations)
      .filter(([name]) => name !== 'total' || Object.keys(operations).length > 2)
      .map(([name, { ratePerSecond, failed, serviceTime, responseTime }]) => {
        const { p50Ms, p99Ms, maxMs } = responseTime ?? serviceTime;
        return [
          region,
          String(executors),
          name,
          rateText(ratePerSecond),
          countText(failed),
          ...[p50Ms, p99Ms, maxMs].map(msText),
        ];
      }),
  );
  return tableOf(['Region', 'executors', 'operation', 'op/s', 'failed', 'p50 ms', 'p99', 'max'], rows);
}

export function targetShardTable({ summary }: RunPicture): string {
  const rows = (summary?.targetShards ?? []).map(({ node, shard, operations, errors, meanMs, p50Ms, p99Ms, maxMs }) => [
    `${node}/${shard}`,
    countText(operations),
    countText(errors),
    ...[meanMs, p50Ms, p99Ms, maxMs].map(msText),
  ]);
  return tableOf(['Shard', 'requests', 'errors', 'mean ms', 'p50', 'p99', 'max'], rows);
}

export function findingList({ summary }: RunPicture): string {
  const found = summary?.findings ?? [];
  return found.length === 0 ? '' : `<ul>${found.map(({ message }) => `<li>${escaped(message)}</li>`).join('')}</ul>`;
}

export function serverGcFacts({ summary }: RunPicture): string {
  const gc = summary?.serverGc;
  if (gc === undefined) return '';
  return factsOf([
    ['Collections', countText(gc.collections)],
    ['In all', `${msText(gc.sumMs)} ms`],
    ['Longest', `${msText(gc.maxMs)} ms`],
  ]);
}

export function mismatchTable({ summary }: RunPicture): string {
  if (summary === null || summary.mismatchCount === 0) return '';
  const rows = summary.mismatches
    .slice(0, MOST_MISMATCHES)
    .map(({ key, column, expected, found }) => [key, column, expected, found ?? 'nothing']);
  return `<p>Values that did not come back as they were generated: ${countText(summary.mismatchCount)}. The first:</p>${tableOf(['Key', 'column', 'expected', 'found'], rows, { words: true })}`;
}

export function historyTable({ run }: RunPicture): string {
  const rows = run.statusHistory.map(({ atMs, to, actor, reason }) => [instantText(atMs), to, actor, reason]);
  return tableOf(['At', 'status', 'by', 'why'], rows, { words: true });
}

/** What was asked for, as it is stored; folded away. */
export function specText({ run }: RunPicture): string {
  const { spec, thresholds, placement, policies } = run;
  const text = JSON.stringify({ spec, thresholds, placement, policies }, null, 2);
  const shown =
    text.length > MOST_SPEC_LENGTH ? `${text.slice(0, MOST_SPEC_LENGTH)}\n… the rest: GET /v1/runs/${run.id}` : text;
  return `<details><summary>${escaped(run.name ?? run.id)}</summary><pre>${escaped(shown)}</pre></details>`;
}
