import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './service/chromium.mjs';
import { serviceEnvironment } from './service/registry.mjs';
import { build, install, root } from './prepare.mjs';
import { readReport, skippedSuites } from './test-report.mjs';

/*
 * npm test: installs and builds what is missing, runs every suite that this machine can, says which were skipped and why,
 * and ends with one line of counts. With TIDEMARK_NO_SKIP=1 a skipped test is a failure.
 * Arguments go to vitest: npm test -- --project unit libs/stats
 */
const NO_SKIP = process.env.TIDEMARK_NO_SKIP === '1';

install();
build();

// What the caller has set wins over what is found.
const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
const environment = { ...findChromium(), ...serviceEnvironment(), ...given };
const folder = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
const reportFile = join(folder, 'report.json');
const vitest = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: environment },
);

let report;
try {
  report = readReport(readFileSync(reportFile, 'utf8'));
} catch (error) {
  console.error(`vitest wrote no report (${error.message}); it ended with ${vitest.signal ?? `code ${vitest.status}`}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (!report) {
  console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
} else {
  for (const { file, skipped, reason } of skippedSuites(report, environment, root)) {
    console.log(`skipped: ${file} (${skipped} tests): ${reason}`);
  }
  const failed = report.failed > 0 || vitest.status !== 0 || (NO_SKIP && report.skipped > 0);
  if (NO_SKIP && report.skipped > 0) console.log('Nothing may be skipped here (TIDEMARK_NO_SKIP=1).');
  if (report.failed === 0 && vitest.status !== 0)
    console.log(`vitest itself failed with code ${vitest.status}, see above.`);
  console.log(`${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`);
  process.exitCode = failed ? 1 : 0;
}
