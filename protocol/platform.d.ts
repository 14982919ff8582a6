/** What every runtime of the protocol has (Node, the editor, a browser) and the language's own library does not name. */
export {};

declare global {
  class TextEncoder {
    encode(text?: string): Uint8Array<ArrayBuffer>;
  }

  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
  }
}
