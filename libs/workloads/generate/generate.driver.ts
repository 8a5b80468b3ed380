import { randomUUID } from 'node:crypto';
import { CodedError } from '#libs/contract/coded-error.js';
import type { DatasetBook, GeneratedDataset } from '#libs/dataset/dataset-book.js';
import { type DatasetPlace, openDatasetFolder, removePartials } from '#libs/dataset/dataset-folder.js';
import { expectedBytes, storedShare } from '#libs/dataset/expected-size.js';
import { fileName } from '#libs/dataset/file-plan.js';
import { makeRecordFolder, readRecords } from '#libs/dataset/file-record.js';
import { generatedDataset } from '#libs/dataset/generated-dataset.js';
import { requireSpace, sizeText } from '#libs/dataset/free-space.js';
import { removeOthers, requireSameDataset } from '#libs/dataset/leftovers.js';
import { inPlace, reportOf, writeManifest } from '#libs/dataset/manifest.js';
import { systemClock } from '#libs/load/clock.js';
import type { Driver, DriverEvents, OpenShard, Shard, ShardResult, TargetFacts } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import type { GenerateSpec } from './generate.schema.js';
import { Progress } from './progress.js';

const PROGRESS_EVERY_MS = 5_000;

/** Where the dataset of a run lies. Throws CodedError. */
export type FindPlace = (spec: GenerateSpec, runId: string) => Promise<DatasetPlace>;

/** Registers a finished dataset of the run; idempotent. Throws CodedError. */
export type KeepGenerated = (made: GeneratedDataset, runId: string) => Promise<void>;

interface Outside {
  place: DatasetPlace;
  keep?: ((made: GeneratedDataset) => Promise<void>) | undefined;
}

/** Once per run: the folder is made, of this dataset alone, tidy, and on a disk with enough room. */
async function prepare(
  { folder, shown }: DatasetPlace,
  spec: GenerateSpec,
  events: DriverEvents,
): Promise<TargetFacts> {
  await makeRecordFolder(folder);
  const partials = await removePartials(folder);
  if (partials > 0) events.log('info', `${partials} unfinished files of a killed run removed from ${shown}`);
  if (spec.existing === 'replace') await removeOthers(folder, events);
  else await requireSameDataset(folder, shown, spec);
  const placed = inPlace(spec, await readRecords(folder));
  const missing = placed.filter((record) => record === undefined).length;
  const neededBytes = expectedBytes(spec) * (missing / spec.files) * storedShare(spec);
  await requireSpace(folder, neededBytes, spec.minFreeBytes);
  if (missing < spec.files)
    events.log('info', `${spec.files - missing} of ${spec.files} files are finished already and are kept`);
  events.log('info', `dataset ${shown}: ${missing} files to write, about ${sizeText(neededBytes)}`);
  return { clusterName: `dataset ${shown}`, simulated: false, nodes: [] };
}

const filesOf = ({ lanes }: Shard, { files }: GenerateSpec): number[] =>
  lanes.flatMap(({ first, stride }) =>
    Array.from({ length: Math.max(0, Math.ceil((files - first) / stride)) }, (_, turn) => first + turn * stride),
  );

async function open(
  { place, keep }: Outside,
  spec: GenerateSpec,
  shard: Shard,
  events: DriverEvents,
  signal: AbortSignal,
): Promise<OpenShard> {
  const mine = new Set(filesOf(shard, spec));
  // A killed executor whose part this one has taken left them.
  await removePartials(
    place.folder,
    [...mine].map((index) => `${fileName(index, spec)}.`),
  );
  const before = inPlace(spec, await readRecords(place.folder));
  const kept = new Set([...mine].filter((index) => before[index] !== undefined));
  // Executors in containers share the folder and have the same process ids; one that was frozen wakes beside its successor.
  const owner = randomUUID();
  const inputs = shard.lanes.map((share, lane) => ({
    kind: 'generate' as const,
    spec,
    target: { ...place, owner: `${owner}-${lane}`, finished: [...kept] },
    share,
  }));
  const progress = new Progress({ rows: (mine.size - kept.size) * spec.rowsPerFile }, PROGRESS_EVERY_MS);
  const watched: DriverEvents = {
    ...events,
    interval: (snapshot) => {
      events.interval(snapshot);
      const line = progress.add(snapshot);
      if (line !== undefined) events.log('info', line);
    },
  };
  const lanes = await openLanes(inputs, watched, signal);
  return {
    run: async (startAtMs, stopSignal) => {
      const result = await lanes.run(startAtMs, stopSignal);
      return finish({ place, keep, owner }, spec, mine, kept, result);
    },
    close: () => lanes.close(),
  };
}

/** What is there now; the last executor to finish writes the manifest and registers the dataset. */
async function finish(
  { place: { folder }, keep, owner }: Outside & { owner: string },
  spec: GenerateSpec,
  mine: ReadonlySet<number>,
  kept: ReadonlySet<number>,
  result: ShardResult,
): Promise<ShardResult> {
  const records = await readRecords(folder);
  const placed = inPlace(spec, records).filter((record) => record !== undefined);
  const report = reportOf(
    spec,
    placed.filter(({ index }) => mine.has(index)),
    kept,
  );
  if (result.stopped || result.failure) return { ...result, report };
  if (report.files < mine.size) {
    const message = `${mine.size - report.files} files that were written are not there any more, or were changed: does another process work in ${folder}? Run the same again to write them`;
    return { ...result, report, failure: { code: 'OUTPUT_UNWRITABLE', message } };
  }
  try {
    const isWhole = await writeManifest(folder, spec, records, owner);
    if (!isWhole || keep === undefined) return { ...result, report };
    const made = generatedDataset(spec, placed, systemClock.epochMs());
    await keep(made);
    return { ...result, report: { ...report, datasetId: made.id } };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { ...result, report, failure: { code: error.code, message: error.message } };
  }
}

/** Files below any folder that `find` names. */
export const generateInto = (find: FindPlace, keep?: KeepGenerated): Driver<GenerateSpec, null> => ({
  prepare: async (spec, _target, events, _signal, runId) => prepare(await find(spec, runId), spec, events),
  open: async (spec, _target, shard, events, signal, runId) => {
    const outside = { place: await find(spec, runId), keep: keep && ((made: GeneratedDataset) => keep(made, runId)) };
    return open(outside, spec, shard, events, signal);
  },
});

/** Datasets below the data root, in folders that the run's project may use. */
export const generateDriver = (
  dataRoot: string,
  requireFolder: DatasetBook['requireFolder'],
  keep: KeepGenerated,
): Driver<GenerateSpec, null> =>
  generateInto(async ({ dataset }, runId) => {
    await requireFolder(dataset, runId);
    return openDatasetFolder(dataRoot, dataset);
  }, keep);
