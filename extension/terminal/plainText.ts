/** Output as text to read and search: without the sequences that move, colour or title. */

const sequences =
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[PX^_][^\u001b]*\u001b\\|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** A carriage return begins the line anew, as on the screen; what it overwrote is left out. */
export function toPlainText(output: string): string {
  return output
    .replace(sequences, '')
    .split(/\r*\n/)
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).replace(controls, ''))
    .join('\n');
}
