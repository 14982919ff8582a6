/** Characters that a token holds, in the names, sentences and schemas of tools; measured with two common tokenizers. */
const charsPerToken = 4;

/** What a text adds to an agent's context, estimated: each model counts its own way. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / charsPerToken);
}
