/** Words for people: the English stands in the source, the editor sends what it has translated. */
let translated: Readonly<Record<string, string>> = {};

export function useWords(words: Readonly<Record<string, string>>): void {
  translated = words;
}

export function t(message: string, ...values: readonly (string | number)[]): string {
  const words = translated[message] ?? message;
  return words.replace(/\{(\d+)\}/g, (whole, index: string) =>
    String(values[Number(index)] ?? whole),
  );
}

/** "3.2 s", "4 min 5 s", "2 h 3 min". Empty for what is too short to say, or was not measured. */
export function describeMs(ms: number): string {
  if (ms < 50) return '';
  const seconds = ms / 1000;
  if (seconds < 10) return t('{0} s', seconds.toFixed(1));
  if (seconds < 60) return t('{0} s', Math.round(seconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('{0} min {1} s', minutes, Math.round(seconds % 60));
  return t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

/** "830", "12.4k", "1.2M". */
export function describeCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** Empty for what is too little to say. */
export function describeCost(usd: number): string {
  return usd < 0.001 ? '' : `$${usd.toFixed(usd < 0.1 ? 3 : 2)}`;
}
