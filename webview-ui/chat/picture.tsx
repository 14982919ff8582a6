/** An image of the session's folder, read by the editor. What lies elsewhere is named and not fetched. */
import { Component } from 'preact';
import type { JSX } from 'preact';
import { showControls } from './controls.ts';
import type { ChatModel } from './model.ts';
import { t } from './words.ts';

interface PictureProps {
  readonly model: ChatModel;
  readonly address: string;
  readonly text: string;
}

interface PictureState {
  readonly source: string | null | undefined;
}

const elsewhere = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;
const picture = /\.(?:png|jpe?g|gif|webp)$/i;

export class Picture extends Component<PictureProps, PictureState> {
  override state: PictureState = { source: undefined };

  override componentDidMount(): void {
    const { model, address } = this.props;
    if (elsewhere.test(address) || !picture.test(address)) return this.setState({ source: null });
    const from = { path: decode(address).slice(0, 4096) };
    void model
      .ask('imageRead', { type: 'readImage', from })
      .then(({ source }) => this.setState({ source }));
  }

  override render({ address, text }: PictureProps, { source }: PictureState): JSX.Element {
    const name = showControls(text || address);
    if (typeof source === 'string') return <img class="picture" src={source} alt={name} />;
    const title =
      source === null ? t('An image that is not shown: {0}', showControls(address)) : '';
    return (
      <span class="picture-name" title={title}>
        {`![${name}](${showControls(address)})`}
      </span>
    );
  }
}

function decode(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}

interface AttachedProps {
  readonly model: ChatModel;
  readonly position: number;
  readonly index: number;
  readonly name: string;
}

/** What was attached to a prompt. */
export class AttachedPicture extends Component<AttachedProps, PictureState> {
  override state: PictureState = { source: undefined };

  override componentDidMount(): void {
    const { model, position, index } = this.props;
    void model
      .ask('imageRead', { type: 'readImage', from: { position, index } })
      .then(({ source }) => this.setState({ source }));
  }

  override render({ name }: AttachedProps, { source }: PictureState): JSX.Element {
    const shown = showControls(name);
    if (typeof source === 'string')
      return <img class="attached-picture" src={source} alt={shown} />;
    return <span class="chip">{shown}</span>;
  }
}
