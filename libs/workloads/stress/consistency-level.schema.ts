import { z } from 'zod';

export const ConsistencyLevel = z
  .enum([
    'ANY',
    'ONE',
    'TWO',
    'THREE',
    'QUORUM',
    'ALL',
    'LOCAL_QUORUM',
    'EACH_QUORUM',
    'SERIAL',
    'LOCAL_SERIAL',
    'LOCAL_ONE',
  ])
  .meta({ id: 'ConsistencyLevel' });
export type ConsistencyLevel = z.infer<typeof ConsistencyLevel>;
