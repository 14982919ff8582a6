/** Tests that run a program of others: without it they are skipped where a person works, and fail in CI. */
import type { Context } from 'mocha';
import type { TestToolName } from '../../scripts/testTools.ts';
import { findTestTool, isOfThisPlatform } from '../../scripts/testTools.ts';

/** Its file. Ends the test, or the tests of the hook, when it is not here. */
export function needTool(test: Context, name: TestToolName): string {
  const found = findTestTool(name);
  if (found !== undefined) return found;
  if (process.env['CI'] === 'true' && isOfThisPlatform(name))
    throw new Error(`${name} is not installed, and in CI nothing is skipped for it`);
  return test.skip();
}
