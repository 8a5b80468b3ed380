import type { NewDataset } from '#libs/contract/dataset.js';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import type { CsvFile } from '#libs/dataset/csv-files.js';
import { headerOf, scanFile } from '#libs/dataset/scan-file.js';
import type { StoredFile } from '#libs/store/dataset-port.js';

/** More is read only where that is asked for. */
const SCANNED_BYTES = 1_073_741_824;
/** Of files that are not read whole. */
const HEADERS_READ = 1_000;
const SHOWN_ISSUES = 100;

type Format = Pick<NewDataset, 'header' | 'delimiter' | 'columns' | 'packing' | 'scan'>;

const unread = ({ name, bytes, modifiedMs, s3 }: CsvFile): StoredFile => ({
  name,
  bytes,
  modifiedMs,
  rows: null,
  brokenRows: null,
  firstBroken: null,
  sizes: null,
  sha256: null,
  etag: s3?.etag ?? null,
});

/** What the file has, or `undefined` where it was not read. */
async function look(file: CsvFile, format: Format, isScanned: boolean, isHeaderRead: boolean) {
  const { header, delimiter, columns = null } = format;
  if (!isScanned) {
    const names = header && isHeaderRead ? await headerOf(file, delimiter) : null;
    return { stored: unread(file), columns: names };
  }
  const scanned = await scanFile(file, { header, delimiter, columns });
  const { columns: names, ...figures } = scanned;
  return { stored: { ...unread(file), ...figures }, columns: names };
}

/**
 * The files as they are registered, and their columns: those of the first one where none are given, which all others must
 * have. Throws CodedError INPUT_UNREADABLE with every file that cannot be used.
 */
export async function lookInside(
  files: readonly CsvFile[],
  format: Format,
): Promise<{ files: StoredFile[]; columns: string[] | null }> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const isScanned = format.scan ?? bytes <= SCANNED_BYTES;
  const stored: StoredFile[] = [];
  const issues: Issue[] = [];
  let columns: readonly string[] | undefined = format.columns;
  for (const [index, file] of files.entries()) {
    try {
      const packed = format.packing === undefined ? file : { ...file, packing: format.packing };
      const found = await look(packed, format, isScanned, index < HEADERS_READ);
      columns ??= found.columns ?? undefined;
      const names = found.columns;
      const missing = names === null ? [] : (columns ?? []).filter((name) => !names.includes(name));
      if (missing.length > 0)
        issues.push({
          path: file.name,
          message: `expected the columns ${missing.join(', ')}, found ${names?.join(', ')}`,
        });
      stored.push(found.stored);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      issues.push({ path: file.name, message: error.message });
    }
    if (issues.length >= SHOWN_ISSUES) break;
  }
  if (issues.length === 0) return { files: stored, columns: columns === undefined ? null : [...columns] };
  const [first] = issues;
  throw new CodedError(
    'INPUT_UNREADABLE',
    `${issues.length} of ${files.length} files cannot be used, such as ${first?.path}: ${first?.message}`,
    issues,
  );
}
