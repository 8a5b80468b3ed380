import { describeFaults } from './fault-suite.js';

describeFaults('faults on SQLite and the SQL queue', async () => undefined);
