import type { TerminalSize } from '../../protocol/wire/mark.ts';

/** What follows a stored screen, in the order of the stream. */
export type ScreenPiece =
  | { readonly kind: 'output'; readonly seq: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly seq: number; readonly size: TerminalSize }
  /** The bytes from `seq` to before `to` are lost. `lost` absent: they may have changed anything. */
  | {
      readonly kind: 'gap';
      readonly seq: number;
      readonly to: number;
      readonly lost?: LostOutput | undefined;
    };

/** What lost bytes changed beyond what they drew. */
export interface LostOutput {
  /** Nothing but what follows here. */
  readonly isKnown: boolean;
  /** Colours and the like of what is written next. */
  readonly looks: boolean;
  /** Where the cursor is saved. */
  readonly saves: boolean;
  /** Which screen is shown, be it for a moment. */
  readonly switches: boolean;
  /** Output that makes all other changes again. */
  readonly replay: string;
}

/** A screen to be brought forward. */
export interface ScreenRequest {
  /** Seq and size at which `pieces` go on. */
  readonly seq: number;
  readonly size: TerminalSize;
  /** The stored screen at `seq`; absent: a terminal that nothing was written to. */
  readonly snapshot?: Uint8Array | undefined;
  readonly pieces: readonly ScreenPiece[];
}

/** A screen at a seq where output may be cut. */
export interface MadeScreen {
  readonly seq: number;
  readonly size: TerminalSize;
  /** Packed as `link/snapshot` says; undefined when even the smallest form is larger than a host takes. */
  readonly snapshot: Uint8Array | undefined;
  readonly approximate: boolean;
}

/** A query of a program. `end`: seq behind it. */
export interface ScreenQuestion {
  readonly text: string;
  readonly end: number;
}

/** A screen to be asked, at the places of the questions, which are in the order of the stream. */
export interface ScreenQuestions extends ScreenRequest {
  readonly questions: readonly ScreenQuestion[];
}

export type ScreenTask =
  | { readonly kind: 'make'; readonly request: ScreenRequest }
  | { readonly kind: 'ask'; readonly request: ScreenQuestions };

/** Answer of the thread. `failed`: the parser did not survive this output. */
export type ScreenAnswer =
  | { readonly kind: 'made'; readonly made: MadeScreen }
  | { readonly kind: 'asked'; readonly replies: readonly (string | undefined)[] }
  | { readonly kind: 'failed'; readonly reason: string };
