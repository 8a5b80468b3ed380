import { z } from 'zod';
import { SearchReport } from '#libs/workloads/search/search.schema.js';
import { SuiteReport } from '#libs/workloads/suite/suite.schema.js';

/** Where a suite or a search stands. */
export const Progress = z.discriminatedUnion('kind', [SuiteReport, SearchReport]).meta({ id: 'Progress' });
export type Progress = z.infer<typeof Progress>;
