import assert from 'node:assert/strict';
import { drawFaint } from './lastScreen.ts';

function draw(text: string): string {
  return new TextDecoder().decode(
    drawFaint(new TextEncoder().encode(text), { cols: 20, rows: 10 }),
  );
}

describe('the last screen of a session', () => {
  it('is faint throughout, whatever its program set', () => {
    assert.equal(
      draw('a\u001b[31mred\u001b[0m \u001b[mb'),
      '\u001b[2ma\u001b[31m\u001b[2mred\u001b[0m\u001b[2m \u001b[m\u001b[2mb',
    );
  });

  it('stays when a program had taken the screen over, with room below it', () => {
    assert.equal(
      draw('$ agent\u001b[?1049hWelcome'),
      '\u001b[2m$ agent\u001b[2J\u001b[HWelcome\u001b[r\u001b[1;1H',
    );
  });

  it('has its last word right below what was drawn last', () => {
    const row = (drawn: string): string | undefined =>
      /\u001b\[r\u001b\[(\d+);1H$/.exec(draw(`\u001b[?1049h${drawn}`))?.[1];
    const drawings = {
      'one\r\ntwo\r\n': '2',
      '\u001b[7;3Hlow\u001b[2;1Hhigh': '7',
      '\u001b[7;3Hlow\u001b[2J\u001b[H\u001b]0;title\u0007\u001b[3Bx': '4',
      'a line that is longer than the terminal': '2',
      '\u001b[?25l\u001b[?2004hexactly twenty cols': '1',
      '\u001b[99;1Hbottom': '10',
    };
    assert.deepEqual(Object.keys(drawings).map(row), Object.values(drawings));
  });

  it('is the ordinary one when the program had given it back', () => {
    const text = '$ vi\u001b[?1049hfile\u001b[?1049l$ ';
    assert.equal(draw(text), `\u001b[2m${text}`);
  });
});
