import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'], externalConditions: ['source'] } };
const project = (name: string, include: string[], testTimeout: number, isolate: boolean) => ({
  resolve,
  ssr,
  test: { name, include, testTimeout, hookTimeout: 300_000, isolate, maxWorkers: 2, globals: false },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['apps/**/*.spec.ts', 'libs/**/*.spec.ts', 'migrations/**/*.spec.ts'], 20_000, true),
      // Real processes, sockets and services: one file at a time, so that figures and ports are each file's own.
      {
        ...project('process', ['test/process/**/*.spec.ts'], 120_000, true),
        test: { ...project('process', ['test/process/**/*.spec.ts'], 120_000, true).test, fileParallelism: false },
      },
      {
        ...project('services', ['test/services/**/*.spec.ts'], 240_000, true),
        test: { ...project('services', ['test/services/**/*.spec.ts'], 240_000, true).test, fileParallelism: false },
      },
    ],
  },
});
