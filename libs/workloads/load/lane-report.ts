import type { CsvFile } from '#libs/dataset/csv-files.js';
import type { FileProgress, ProgressFolder } from './file-progress.js';
import type { FileTally } from './file-tally.js';
import { totalled } from './load.report.js';
import type { LoadedFile, LoadReport, LoadSpec } from './load.schema.js';

/** What became of the files of one lane; of those that it did not begin, what a run before had done. */
export async function reportOf(
  { dataset, keyspace, table }: LoadSpec,
  mine: readonly CsvFile[],
  folder: ProgressFolder,
  tallies: ReadonlyMap<string, FileTally>,
): Promise<LoadReport> {
  const files: LoadedFile[] = [];
  for (const file of mine) {
    const tally = tallies.get(file.name);
    const progress = tally?.progress() ?? (await folder.read(file));
    files.push(fileOf(progress, tally?.resumedRows ?? progress.rows, folder));
  }
  const none = { read: 0, written: 0, rejected: 0, failed: 0, resumedRows: 0 };
  return totalled({ kind: 'load', dataset, keyspace, table, ...none, files });
}

function fileOf(progress: FileProgress, resumedRows: number, folder: ProgressFolder): LoadedFile {
  const { name, done, rows, rejected, failed } = progress;
  return {
    name,
    done,
    read: rows,
    written: rows - rejected - failed,
    rejected,
    failed,
    resumedRows,
    rejectFile: rejected + failed > 0 ? folder.rejectPath(name) : null,
  };
}
