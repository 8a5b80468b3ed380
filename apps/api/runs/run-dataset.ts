import { isDatasetId } from '#libs/contract/dataset-id.js';
import type { Dataset } from '#libs/contract/dataset.js';
import type { Issue } from '#libs/contract/problem.js';
import { overlap } from '#libs/dataset/folder-path.js';
import type { RunDefinition } from '#libs/workloads/driver.js';

/** What a run names as its dataset, where that is a registered one. */
export const namedDataset = (run: RunDefinition): string | undefined =>
  run.kind !== 'stress' && 'dataset' in run.spec && isDatasetId(run.spec.dataset) ? run.spec.dataset : undefined;

/** The run with its files read as they were registered, or what is wrong with it. */
export function withDataset<R extends RunDefinition>(
  run: R,
  dataset: Dataset | null,
): { run: RunDefinition; issues: Issue[] } {
  const refuse = (message: string) => ({ run, issues: [{ path: 'spec.dataset', message }] });
  if (run.kind === 'generate')
    return refuse('expected the name of a folder, found what looks like the id of a registered dataset');
  if (dataset === null)
    return refuse('expected the id of a dataset, such as GET /v1/datasets lists; there is no such one');
  if (dataset.files === 0) return refuse('expected a dataset with files, found one to which none were uploaded yet');
  const { header, delimiter } = dataset;
  const columns = header ? undefined : (dataset.columns ?? undefined);
  if (run.kind === 'load') {
    const given = run.spec.columns ?? columns;
    return { run: { ...run, spec: { ...run.spec, header, delimiter, ...(given && { columns: given }) } }, issues: [] };
  }
  if (run.kind === 'query') {
    const given = header ? undefined : (run.spec.csv.columns ?? columns);
    return {
      run: { ...run, spec: { ...run.spec, csv: { ...run.spec.csv, header, delimiter, columns: given } } },
      issues: [],
    };
  }
  return { run, issues: [] };
}

/** What is wrong with a folder that a run names: others' datasets are not there to be read or overwritten. */
export const folderIssues = (folder: string, foreign: readonly string[]): Issue[] =>
  foreign.some((other) => overlap(folder, other))
    ? [
        {
          path: 'spec.dataset',
          message: `expected a folder without datasets of other projects, found ${folder}: name another one`,
        },
      ]
    : [];

/** What a run that reads the dataset locks, so that nobody writes its files meanwhile. */
export const datasetLocks = ({ id, location }: Dataset): string[] => [
  `dataset:${id}`,
  ...(location.type === 'folder' && location.folder !== '' ? [`dataset:${location.folder}`] : []),
];
