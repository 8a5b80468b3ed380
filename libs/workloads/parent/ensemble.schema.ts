import { z } from 'zod';
import { ZkPath } from '../zookeeper/zookeeper.schema.js';

/** Says that the target of a run of runs is a ZooKeeper ensemble; its servers are stored as contact points. */
export const Ensemble = z
  .strictObject({ chroot: ZkPath.optional() })
  .describe('That the target is a ZooKeeper ensemble; follows from a target with a connectString')
  .meta({ id: 'Ensemble' });
export type Ensemble = z.infer<typeof Ensemble>;
