/** Whether a stream of counted output brought exactly the bytes, or told what was missing. */
import type { SessionStream } from '../../link/stream/stream.ts';
import { findWrong } from './countedOutput.ts';

export class Judge {
  readonly wrong: number[] = [];
  skipped = 0;
  seq = 0;

  constructor(stream: SessionStream) {
    this.seq = stream.cursor.seq;
    stream.onOutput(({ seq, bytes }) => {
      if (seq !== this.seq) this.wrong.push(seq);
      const at = findWrong(seq, bytes);
      if (at !== undefined) this.wrong.push(at);
      this.seq = seq + bytes.length;
    });
    stream.onGap(({ from, to }) => {
      if (from !== this.seq) this.wrong.push(from);
      this.skipped += to - from;
      this.seq = to;
    });
    stream.onSnapshot(({ seq }) => (this.seq = seq));
  }
}
