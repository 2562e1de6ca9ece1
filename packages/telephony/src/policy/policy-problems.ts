import { hoursProblems, type OpeningHours } from './hours';
import { judgeNumber, numberRuleProblems } from './number-rules';
import type { PolicyRules } from './policy';

/**
 * What is wrong with declared rules, one sentence each with the path of the rule; empty when nothing is. Asked when a
 * profile is loaded, so that a destination that can never be called is found before a caller is promised it.
 */
export function policyProblems(rules: PolicyRules): string[] {
  const problems = numberRuleProblems(rules.numbers).map((problem) => `numbers: ${problem}`);
  const checkHours = (path: string, hours: OpeningHours | 'always' | undefined): void => {
    if (hours === undefined || hours === 'always') return;
    problems.push(...hoursProblems(hours).map((problem) => `${path}: ${problem}`));
  };
  checkHours('hours', rules.hours);
  for (const [name, { number, hours }] of Object.entries(rules.destinations)) {
    const verdict = judgeNumber(number, rules.numbers);
    if (!verdict.allowed) problems.push(`destinations.${name}.number: ${verdict.sentence}`);
    checkHours(`destinations.${name}.hours`, hours);
  }
  for (const [type, { hours, budgets }] of Object.entries(rules.actions)) {
    checkHours(`actions.${type}.hours`, hours);
    for (const [scope, limit] of Object.entries(budgets ?? {})) {
      if (limit !== undefined && !(limit >= 0)) {
        problems.push(`actions.${type}.budgets.${scope}: must be 0 or more.`);
      }
    }
  }
  return problems;
}
