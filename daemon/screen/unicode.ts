import type { Core, WidthProvider } from './xterm.ts';

const version = 'waggle';
const emoji = /^\p{Emoji_Presentation}$/u;

/**
 * Widths as editors and terminals of today draw them: those that xterm knows, and two columns for emoji. Regional
 * indicators keep one each, as they come in pairs.
 */
export function useModernWidths({ unicodeService }: Core): void {
  const old = unicodeService._activeProvider;
  const wcwidth = (codePoint: number): 0 | 1 | 2 =>
    codePoint >= 0x231a && isWideEmoji(codePoint) ? 2 : old.wcwidth(codePoint);
  const provider: WidthProvider = {
    version,
    wcwidth,
    charProperties: (codePoint, preceding) => {
      const width = wcwidth(codePoint);
      const before = (preceding >> 1) & 3;
      const isJoined = width === 0 && before !== 0;
      return ((isJoined ? before : width) << 1) | (isJoined ? 1 : 0);
    },
  };
  unicodeService.register(provider);
  unicodeService.activeVersion = version;
}

function isWideEmoji(codePoint: number): boolean {
  if (codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff) return false;
  const isCandidate = codePoint >= 0x1f000 ? codePoint <= 0x1faff : codePoint <= 0x2b55;
  return isCandidate && emoji.test(String.fromCodePoint(codePoint));
}
