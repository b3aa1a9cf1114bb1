import { judge, worstAgainstItself } from '../measuring/judgement.js';
import type { Result } from '../measuring/measure-match.js';

/** One line of JSON, with the fields in this order. */
export function resultsAsJson(results: readonly Result[]): string {
  const rows = results.map(({ section, name, unit, names: [ours, rival], outcome }) => {
    const row = { section, name, unit, ours, rival };
    if ('skipped' in outcome) {
      const none = {
        cost: null,
        rivalCost: null,
        ratio: null,
        spread: null,
        againstItself: null,
        verdict: null,
      };
      return { ...row, ...none, skipped: outcome.skipped };
    }
    const { costs, ratio, spread } = outcome;
    const [cost, rivalCost] = costs;
    const againstItself = worstAgainstItself(outcome);
    return { ...row, cost, rivalCost, ratio, spread, againstItself, verdict: judge(outcome) };
  });
  return `${JSON.stringify({ rows })}\n`;
}
