import { toVisibleText } from '../../protocol/wire/printable.ts';
import type { Said } from '../transcript/transcript.ts';

/** Of what a tool was given and gave back the beginning is kept: the rest is the agent's own file. */
const toolMaxChars = 4000;
const bold = '\u001b[1m';
const dim = '\u001b[2m';
const plain = '\u001b[m';

/** Something said as lines for a terminal. The text is data: nothing in it reaches the terminal as a command. */
export function toReadable({ who, text }: Said): string {
  switch (who) {
    case 'person':
      return `\r\n${bold}› ${toLines(text, '  ')}${plain}\r\n\r\n`;
    case 'agent':
      return `${toLines(text, '')}\r\n`;
    case 'tool':
      return `${dim}$ ${toLines(shorten(text), '  ')}${plain}\r\n`;
    case 'result':
      return `${dim}  ${toLines(shorten(text), '  ')}${plain}\r\n`;
  }
}

function toLines(text: string, indent: string): string {
  return toVisibleText(text.replaceAll(/\r\n?/g, '\n').trimEnd()).replaceAll('\n', `\r\n${indent}`);
}

function shorten(text: string): string {
  const rest = text.length - toolMaxChars;
  return rest <= 0 ? text : `${text.slice(0, toolMaxChars)}\n… ${rest} more characters`;
}
