/*
 * What a load lane's thread loads, followed through every import that is left once types are erased. Its own file since
 * "reachable" cannot tell a type from a value.
 */
module.exports = {
  forbidden: [
    {
      name: 'lanes-stay-bare',
      comment:
        'A lane must start fast and share its thread with nothing: no framework, ORM or schema library, however indirect.',
      severity: 'error',
      from: { path: '^libs/workloads/lane/entry\\.ts$' },
      to: { path: '^node_modules/(@nestjs/|typeorm/|zod/|reflect-metadata/|rxjs/|commander/)', reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$' },
    tsPreCompilationDeps: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
  },
};
