import type { JSX } from 'preact';

interface IconButtonProps {
  /** A codicon. */
  readonly icon: string;
  readonly label: string;
  readonly act: () => void;
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean;
}

export function Icon({ name }: { readonly name: string }): JSX.Element {
  return <span class={`codicon codicon-${name}`} aria-hidden="true" />;
}

export function IconButton({
  icon,
  label,
  act,
  isDisabled,
  isPressed,
}: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      disabled={isDisabled}
      {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
