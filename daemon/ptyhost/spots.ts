/** Places in the output, a bounded number: of the oldest it is only known up to where there were any. */
const spotsMax = 64;

export class Spots {
  readonly #grain: number;
  #spots: { readonly from: number; to: number }[] = [];
  #last: { readonly from: number; to: number } | undefined;
  #forgottenTo = 0;

  /** Places closer than `grain` to each other are one. */
  constructor(grain: number) {
    this.#grain = grain;
  }

  /** Invariant: in the order of the output. */
  add(from: number, to: number): void {
    const last = this.#last;
    if (last !== undefined && from - last.to <= this.#grain) {
      last.to = to;
      return;
    }
    this.#last = { from, to };
    this.#spots.push(this.#last);
    if (this.#spots.length <= spotsMax) return;
    const [oldest, ...kept] = this.#spots;
    this.#forgottenTo = oldest?.to ?? 0;
    this.#spots = kept;
  }

  hasAny(from: number, to: number): boolean {
    if (from < this.#forgottenTo && to > 0) return true;
    return this.#spots.some((spot) => spot.from < to && spot.to > from);
  }
}
