/** Run in a terminal by cliTerminal.test.ts: enters raw mode, prints two lines, and ends as it is told. */
import { enterRawMode } from '../../cli/terminal/rawMode.ts';

const rawMode = enterRawMode('<last words>');
process.stdout.write(`ready\n`);
process.stdin.once('data', (typed) => {
  process.stdout.write(`typed ${JSON.stringify(String(typed))}\n`);
  const [how] = process.argv.slice(2);
  if (how === 'orderly') {
    rawMode.exiting();
    process.exit(3);
  }
  if (how === 'hang') {
    rawMode.exiting();
    process.on('exit', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    process.exit(3);
  }
  process.kill(process.pid, 'SIGKILL');
});
