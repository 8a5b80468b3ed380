import { describe } from 'vitest';
import { describeFaults } from '../process/fault-suite.js';
import { freshPlatform, realPlatform } from './platform.js';

describe.skipIf(realPlatform === undefined)('with many hosts (TIDEMARK_TEST_POSTGRES, _REDIS)', () => {
  describeFaults('faults on PostgreSQL and Redis', async () => realPlatform && freshPlatform(realPlatform));
});
