// Two projects: `node` needs only Node; `real` drives real browsers, a real workerd, Deno and Bun, and kills real
// processes.
import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('..', import.meta.url));
const common = { testEnvironment: 'node', transform: {}, rootDir };

export default {
  projects: [
    {
      ...common,
      displayName: 'node',
      testMatch: [
        '<rootDir>/tests/{js,property}/**/*.test.js',
        '<rootDir>/tests/storage/directory*.test.js',
        '<rootDir>/tests/bench/figures.test.js',
        '<rootDir>/tests/tabs/checker.test.js',
      ],
    },
    {
      ...common,
      displayName: 'real',
      testMatch: [
        '<rootDir>/tests/{edge,browser,crash,faults}/**/*.test.js',
        '<rootDir>/tests/bench/{bench,contenders}.test.js',
        '<rootDir>/tests/storage/runtimes.test.js',
        '<rootDir>/tests/tabs/tabs.test.js',
      ],
    },
  ],
  testTimeout: 120_000,
};
