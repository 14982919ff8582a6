/** Who may type. A pure state machine: time comes with the action, effects are the caller's. */

/** `lastInputAt`: milliseconds of any steady clock. */
export interface Lease {
  readonly client: string;
  readonly principal: string;
  readonly lastInputAt: number;
}

export type LeaseAction =
  | {
      readonly kind: 'input' | 'acquire' | 'focus' | 'take';
      readonly client: string;
      readonly principal: string;
      readonly at: number;
    }
  /** The client lets go, or is gone. */
  | { readonly kind: 'release'; readonly client: string };

export interface LeaseStep {
  readonly lease: Lease | null;
  readonly granted: boolean;
}

/** After this silence another client of the same principal takes over by typing, or by being looked at. */
export const leaseSilenceMs = 3000;

export function reduceLease(lease: Lease | null, action: LeaseAction): LeaseStep {
  if (action.kind === 'release') {
    return { lease: lease?.client === action.client ? null : lease, granted: true };
  }
  if (!mayHold(lease, action)) return { lease, granted: false };
  const { client, principal, at } = action;
  // Asking is not typing: whoever only asked can be replaced by the first key of another window.
  const isInput = action.kind === 'input';
  const kept = lease?.client === client ? lease.lastInputAt : Number.NEGATIVE_INFINITY;
  const lastInputAt = isInput || action.kind === 'take' ? at : kept;
  return { lease: { client, principal, lastInputAt }, granted: true };
}

function mayHold(
  lease: Lease | null,
  action: Exclude<LeaseAction, { readonly kind: 'release' }>,
): boolean {
  if (lease === null || lease.client === action.client || action.kind === 'take') return true;
  if (action.kind === 'acquire' || lease.principal !== action.principal) return false;
  return action.at - lease.lastInputAt >= leaseSilenceMs;
}
