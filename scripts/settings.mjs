/** tidemark config: every variable that a process reads, with its default. */
const PROCESSES = [
  { title: 'API (tidemark serve)', module: '../dist/apps/api/config.js', schema: 'ApiSettings' },
  { title: 'executor (tidemark executor)', module: '../dist/apps/executor/config.js', schema: 'ExecutorSettings' },
  { title: 'command line', module: '../dist/apps/cli/config.js', schema: 'CliSettings' },
];

const { describeSettings } = await import('../dist/libs/contract/settings.js');
const asJson = process.argv.includes('--json');
const listing = [];
for (const { title, module, schema } of PROCESSES) {
  const exported = await import(module);
  listing.push({ process: title, settings: describeSettings(exported[schema]) });
}

if (asJson) {
  console.log(JSON.stringify(listing, null, 2));
} else {
  for (const { process: title, settings } of listing) {
    console.log(`${title}\n`);
    for (const { variable, description, default: standard } of settings) {
      console.log(`  ${variable}${standard === null ? '' : `=${standard}`}\n      ${description}`);
    }
    console.log('');
  }
}
