/*
 * Which way the arrows point; each rule says why. Type-only imports vanish when compiled, so rules about what a process
 * loads leave them out.
 */
const TESTS = '(\\.spec\\.ts$|^test/|^bench/)';
const LANE_LIBS = '^libs/(load|stats|stress|cql|dataset|wire|zk)/';
const CQL_DRIVER = '^libs/cql/driver/';
const runtimeOnly = { dependencyTypesNot: ['type-only', 'type-import'] };

/** Packages that only one folder may import. */
const onlyIn = (name, packages, home, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: [home, TESTS] },
  to: { path: `^node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that need each other cannot be read, tested or replaced one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: runtimeOnly },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that resolves to nothing fails when the process starts.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'apps-stand-alone',
      comment: 'Apps are processes: they meet over HTTP, the store and child processes, never by import.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: TESTS },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'arrows-point-down',
      comment: 'Libraries and migrations are used by apps; the other way round nothing could be reused.',
      severity: 'error',
      from: { path: '^(libs|migrations)/', pathNot: TESTS },
      to: { path: '^(apps|test|bench|scripts)/' },
    },
    {
      name: 'no-tests-in-products',
      comment: 'What ships must not need a test.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'contract-is-the-ground',
      comment: 'The vocabulary stands on nothing but the schemas of the kinds, so that everybody can stand on it.',
      severity: 'error',
      from: { path: '^libs/contract/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: ['^libs/contract/', '^libs/workloads/[^/]+/[^/]+\\.schema\\.ts$'] },
    },
    {
      name: 'measuring-core-is-bare',
      comment: 'The measuring libraries run in a bare Node script: no framework, ORM or schema library.',
      severity: 'error',
      from: { path: LANE_LIBS, pathNot: TESTS },
      to: { path: '^node_modules/(@nestjs/|typeorm/|zod/|reflect-metadata/|rxjs/)', ...runtimeOnly },
    },
    {
      name: 'measuring-core-looks-down',
      comment: 'The measuring libraries know no workload beyond its schema, no store and no queue.',
      severity: 'error',
      from: { path: LANE_LIBS, pathNot: TESTS },
      to: {
        path: '^libs/(workloads|store|queue|report|client)/',
        pathNot: '^libs/workloads/[^/]+/[^/]+\\.schema\\.ts$',
        ...runtimeOnly,
      },
    },
    {
      name: 'nest-in-apps-only',
      comment: 'The framework is for the processes; one module file hands the store to it.',
      severity: 'error',
      from: { path: '^(libs|migrations)/', pathNot: ['^libs/store/store\\.module\\.ts$', TESTS] },
      to: { path: '^node_modules/@nestjs/' },
    },
    {
      name: 'no-nest-in-the-cli',
      comment: 'The command line must start at once, and works without a server.',
      severity: 'error',
      from: { path: '^apps/cli/' },
      to: { path: '^node_modules/(@nestjs/|typeorm/)' },
    },
    {
      name: 'dashboard-runs-in-browsers',
      comment: 'The dashboard knows the service by its document alone; what is made for Node would not run there.',
      severity: 'error',
      from: { path: '^apps/dashboard/', pathNot: TESTS },
      to: { path: '^(libs/(?!client/schema\\.ts$)|migrations/|node_modules/(?!(openapi-fetch|uplot)/))' },
    },
    {
      name: 'dashboard-without-node',
      comment: 'A browser has no modules of Node.',
      severity: 'error',
      from: { path: '^apps/dashboard/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    onlyIn(
      'one-home-for-cassandra-driver',
      'cassandra-driver',
      CQL_DRIVER,
      'The driver is replaceable: one folder knows it.',
    ),
    onlyIn(
      'one-home-for-sql',
      'typeorm|pg|better-sqlite3',
      '^(libs/store|migrations|libs/cdc/postgres)/',
      "SQL of our own database lives in the store alone; that of a run's target in the adapter of CDC.",
    ),
    onlyIn(
      'one-home-for-kafka',
      'kafkajs',
      '^libs/cdc/kafka/',
      'What carries the changes is replaceable: one folder knows it.',
    ),
    onlyIn(
      'one-home-for-redis',
      'bullmq|ioredis',
      '^libs/queue/bullmq/',
      'The queue is a port: one adapter knows Redis.',
    ),
    onlyIn(
      'one-home-for-s3',
      '@aws-sdk|@smithy',
      '^libs/dataset/s3/',
      'Its client is large: whoever reads files from disk must not load it.',
    ),
    onlyIn(
      'one-home-for-histograms',
      'hdr-histogram-js',
      '^libs/stats/',
      'Histograms are merged and encoded in one place.',
    ),
    {
      name: 'store-is-a-port',
      comment:
        'Whoever needs the store names its port, or what reads through it; only the file that opens it knows the database.',
      severity: 'error',
      from: { path: '^libs/(contract|workloads|report|client|cql-sim)/', pathNot: TESTS },
      to: { path: '^libs/store/', pathNot: '^libs/store/(port|interval-groups)\\.ts$', ...runtimeOnly },
    },
    {
      name: 'simulator-stands-alone',
      comment: 'The simulator must not share code with what it checks, except the numbers of the protocol.',
      severity: 'error',
      from: { path: '^libs/cql-sim/', pathNot: TESTS },
      to: { path: '^libs/(cql/(?!protocol\\.ts)|workloads/|store/|stats/|queue/)', ...runtimeOnly },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
