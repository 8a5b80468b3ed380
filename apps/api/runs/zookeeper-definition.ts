import { zookeeperRun } from '#libs/workloads/zookeeper/zookeeper-run.js';
import type { Define } from './definition.js';

/** The connect string becomes contact points and a chroot. */
export const defineZookeeper: Define<'zookeeper'> = ({ kind, spec, target }) => {
  const { run, issues } = zookeeperRun(spec, target);
  return run === undefined
    ? { run, issues }
    : { run: { kind, ...run }, contactPointPath: () => 'target.connectString', issues: [] };
};
