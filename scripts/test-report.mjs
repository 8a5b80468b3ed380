import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What a suite needs that is not part of the checkout, and how it is had. */
const REMEDIES = {
  TIDEMARK_TEST_CASSANDRA: 'scripts/services start cassandra',
  TIDEMARK_TEST_POSTGRES: 'scripts/services start postgres',
  TIDEMARK_TEST_REDIS: 'scripts/services start redis',
  TIDEMARK_TEST_ZOOKEEPER: 'scripts/services start zookeeper',
  TIDEMARK_TEST_HDR_JAR: 'scripts/services jar hdrhistogram',
  TIDEMARK_TEST_CASSANDRA_STRESS: 'scripts/services jar cassandra-stress',
  TIDEMARK_TEST_CHROMIUM: 'install chromium',
};

/** Sums a vitest JSON report. A file that could not even be loaded counts as one failed test. */
export function readReport(text) {
  const files = JSON.parse(text).testResults.map(({ name, status, assertionResults }) => {
    const count = (...statuses) => assertionResults.filter((test) => statuses.includes(test.status)).length;
    const failedTests = count('failed');
    return {
      name,
      passed: count('passed'),
      failed: status === 'failed' && failedTests === 0 ? 1 : failedTests,
      skipped: count('skipped', 'pending', 'todo', 'disabled'),
    };
  });
  const sum = (key) => files.reduce((total, file) => total + file[key], 0);
  return { files, passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** The files with skipped tests, each with the variables that it names and that are not set. */
export function skippedSuites(report, environment, root) {
  return report.files
    .filter(({ skipped }) => skipped > 0)
    .map(({ name, skipped }) => {
      const named = new Set(readFileSync(name, 'utf8').match(/\bTIDEMARK_TEST_[A-Z_]+\b/g) ?? []);
      const absent = [...named].filter((variable) => !environment[variable]);
      const remedies = absent.map(
        (variable) => `${variable} is not set${REMEDIES[variable] ? ` (${REMEDIES[variable]})` : ''}`,
      );
      return { file: relative(root, name), skipped, reason: remedies.join(', ') || 'see the condition in the file' };
    });
}
