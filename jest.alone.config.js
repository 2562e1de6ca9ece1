const { testMatch: _all, testPathIgnorePatterns, ...config } = require('./jest.config');

const alone = testPathIgnorePatterns.filter((pattern) => pattern !== '/node_modules/');

/** The tests that `jest.config.js` leaves out, one file at a time. */
module.exports = {
  ...config,
  maxWorkers: 1,
  // What a test has started may be on its way to its end.
  forceExit: true,
  testPathIgnorePatterns: ['/node_modules/'],
  testRegex: alone.map((pattern) => `${pattern}.*\\.test\\.ts$`),
};
