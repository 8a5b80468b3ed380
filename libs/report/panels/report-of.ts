import type { RunReport } from '#libs/contract/summary.js';
import { labelOf } from '../figure-tables.js';
import type { RunPicture } from '../picture/run-picture.js';

type ReportOf<K extends RunReport['kind']> = Extract<RunReport, { kind: K }>;

const isOf = <K extends RunReport['kind']>(report: RunReport, kind: K): report is ReportOf<K> => report.kind === kind;

export interface Reported<K extends RunReport['kind']> {
  label: string;
  picture: RunPicture;
  report: ReportOf<K>;
}

/** What runs of a kind have made or found, with their names; runs without a report are left out. */
export const reportsOf = <K extends RunReport['kind']>(pictures: readonly RunPicture[], kind: K): Reported<K>[] =>
  pictures.flatMap((picture) => {
    const report = picture.summary?.report;
    return report !== undefined && isOf(report, kind) ? [{ label: labelOf(picture), picture, report }] : [];
  });
