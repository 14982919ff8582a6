/** A program in raw mode: prints its second argument (JSON) once, appends all that is typed to the file named first, ends at Q. */
import { appendFileSync, writeFileSync } from 'node:fs';

const [file, printed] = process.argv.slice(2);
const text = JSON.parse(printed);
const leave = text.includes('?1049h') ? '\u001b[?1049l' : '\r\n';
writeFileSync(file, '');
process.stdin.setRawMode(true);
process.stdin.on('data', (bytes) => {
  appendFileSync(file, bytes);
  if (bytes.at(-1) !== 0x51) return;
  process.stdout.write(`\u001b[<u\u001b[?1000;1004;1006;2004l${leave}`, () => process.exit(0));
});
process.stdout.write(text);
