const { testMatch: _all, testPathIgnorePatterns, ...config } = require('./jest.config');

/** Those that a night makes larger (`npm run test:night`): hours of calls in minutes. */
const NIGHTLY = ['/test/faults/(fuzz|mixed-load|soak)'];
const isNight = process.env.TESTS === 'night';
const alone = testPathIgnorePatterns.filter((pattern) => pattern !== '/node_modules/');

/** The tests that `jest.config.js` leaves out; at night those that are larger then, and no others. */
module.exports = {
  ...config,
  maxWorkers: 1,
  // What a test has started may be on its way to its end.
  forceExit: true,
  testPathIgnorePatterns: ['/node_modules/'],
  testRegex: (isNight ? NIGHTLY : alone).map((pattern) => `${pattern}.*\\.test\\.ts$`),
};
