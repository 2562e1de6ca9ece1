const { testMatch: _all, testPathIgnorePatterns, ...config } = require('./jest.config');

/** Hours of calls in minutes: for a night. `npm run test:night` */
const NIGHTLY = ['/test/faults/(mixed-load|soak)'];
const isNight = process.env.TESTS === 'night';
const alone = testPathIgnorePatterns.filter((pattern) => pattern !== '/node_modules/');

/** The tests that `jest.config.js` leaves out, but for those of the night; or these alone. */
module.exports = {
  ...config,
  maxWorkers: 1,
  // What a test has started may be on its way to its end.
  forceExit: true,
  testPathIgnorePatterns: ['/node_modules/', ...(isNight ? [] : NIGHTLY)],
  testRegex: (isNight ? NIGHTLY : alone).map((pattern) => `${pattern}.*\\.test\\.ts$`),
};
