/**
 * Tests that measure what a caller hears, or load the machine: one after the other, with nothing beside them
 * (`jest.alone.config.js`). Everything else runs several files at a time.
 */
const ALONE = [
  '/test/calls',
  '/test/faults/',
  '/test/serverless/(gateway|offline)',
  '/test/networks/',
  '/jovo-platform-aiflow/test/fuzz',
  '/jovo-platform-audiocodes/test/fuzz',
  '/phone-simulator/test/load',
  '/dialer/test/campaign-500',
];

// What runs without a log of its own, the Lambda handlers, keeps quiet.
process.env.LOG_LEVEL ??= 'silent';

/** The application and every package; TypeScript goes through swc, and so does jose, which has no CommonJS. */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/packages/*/test/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'], '/node_modules/jose/.+\\.js$': ['@swc/jest'] },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['jovo-telephony-source', 'require', 'node', 'default'] },
  testPathIgnorePatterns: ['/node_modules/', ...ALONE],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/packages/[^/]+/dist'],
  // Calls spend most of their time waiting: more of them at once than there are processors.
  maxWorkers: 4,
  testTimeout: 20_000,
  reporters: ['default', '<rootDir>/test/support/closing-line.cjs'],
};
