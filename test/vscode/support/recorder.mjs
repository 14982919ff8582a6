/** A program in raw mode: prints its second argument (JSON) once, appends all that is typed to the file named first, ends at Q. */
import { appendFileSync, writeFileSync } from 'node:fs';

const undo = '\u001b[<u\u001b[?1000;1004;1006;1049;2004l';
const [file, printed] = process.argv.slice(2);
writeFileSync(file, '');
process.stdin.setRawMode(true);
process.stdin.on('data', (bytes) => {
  appendFileSync(file, bytes);
  if (bytes.length === 1 && bytes[0] === 0x51) process.stdout.write(undo, () => process.exit(0));
});
process.stdout.write(JSON.parse(printed));
