// Two projects: `node` needs only Node; `real` drives a real Chromium and a real workerd.
import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('..', import.meta.url));
const common = { testEnvironment: 'node', transform: {}, rootDir };

export default {
  projects: [
    { ...common, displayName: 'node', testMatch: ['<rootDir>/tests/{js,property}/**/*.test.js'] },
    { ...common, displayName: 'real', testMatch: ['<rootDir>/tests/{edge,browser}/**/*.test.js'] },
  ],
  testTimeout: 120_000,
};
