const { existsSync, readFileSync, writeFileSync, writeSync } = require('node:fs');

/**
 * Ends every run with one line that a machine can read: `N passed, N failed`, from jest's own result. Where runs follow
 * each other, the file named by TEST_COUNTS carries what came before, so that the last line speaks for all.
 */
class ClosingLine {
  onRunComplete(_contexts, results) {
    const file = process.env.TEST_COUNTS;
    const before =
      file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0 };
    const passed = before.passed + results.numPassedTests;
    const failed = before.failed + results.numFailedTests + results.numRuntimeErrorTestSuites;
    if (file) writeFileSync(file, JSON.stringify({ passed, failed }));
    // Behind everything that jest itself still has to say.
    process.once('exit', () => writeSync(1, `${passed} passed, ${failed} failed\n`));
  }
}

module.exports = ClosingLine;
