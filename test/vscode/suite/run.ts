/**
 * The entry that VS Code calls inside its extension host: runs mocha over the suites bundled beside this file and tells
 * the runner outside what came of each test, one JSON line each. Bundled to CommonJS, because the host requires it.
 */
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import { resultsVariable, type InnerLine } from '../support/innerResult.ts';

/** Settles when all suites ran; a failed test does not reject, because the runner outside reports it by name. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: createReporter(openResults()) });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs'));
  for (const name of files.sort()) mocha.addFile(join(__dirname, name));
  await new Promise<void>((resolve) => {
    mocha.run(() => resolve());
  });
}

function openResults(): (line: InnerLine) => void {
  const file = process.env[resultsVariable];
  if (!file) throw new Error(`${resultsVariable} names no file for the results`);
  return (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function createReporter(report: (line: InnerLine) => void): Mocha.ReporterConstructor {
  return class RelayReporter extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
      super(runner, options);
      runner.on('pass', (test) => report({ outcome: 'passed', title: test.fullTitle() }));
      runner.on('pending', (test) => report({ outcome: 'skipped', title: test.fullTitle() }));
      runner.on('fail', (test, error: Error) =>
        report({ outcome: 'failed', title: test.fullTitle(), error: error.stack ?? error.message }),
      );
      runner.on('end', () => report({ outcome: 'finished', title: '' }));
    }
  };
}
