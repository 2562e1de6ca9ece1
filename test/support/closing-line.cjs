const { writeSync } = require('node:fs');

/** Ends every run with one line that a machine can read: `N passed, N failed`, from jest's own result. */
class ClosingLine {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = results;
    const line = `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed\n`;
    // Behind everything that jest itself still has to say.
    process.once('exit', () => writeSync(1, line));
  }
}

module.exports = ClosingLine;
