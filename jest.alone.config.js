const { testMatch: _all, testPathIgnorePatterns, ...config } = require('./jest.config');

/** The tests that `jest.config.js` leaves out. */
module.exports = {
  ...config,
  maxWorkers: 1,
  testRegex: testPathIgnorePatterns
    .filter((pattern) => pattern !== '/node_modules/')
    .map((pattern) => `${pattern}.*\\.test\\.ts$`),
};
