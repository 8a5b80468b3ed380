import type { WorkloadKind } from '#libs/contract/run.js';
import type { Driver, SpecByKind } from './driver.js';
import { stressDriver } from './stress/stress.driver.js';

/** How each kind is carried out; executor side only. */
export const drivers: { [K in WorkloadKind]: Driver<SpecByKind[K]> } = { stress: stressDriver };
