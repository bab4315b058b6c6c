import type { App } from '../../domain/app.svelte';
import type { Offer } from '../../domain/palette.svelte';
import type { Snapshot } from '../../host/host';
import { copyText } from '../../shared/clipboard';
import type { IconName } from '../../shared/Icon.svelte';
import { ctrl } from '../layout';
import { compose } from '../send/compose';

/** A place or an action of the palette, as it is shown. */
export interface Entry extends Offer {
  icon: IconName;
  /** The keys that do the same. */
  keys?: string[];
  run: () => unknown;
}

/** Where one can go. */
export function places(app: App, snapshot: Snapshot): Entry[] {
  const { text } = app.strings;
  const joined = snapshot.channels.filter((channel) => channel.joined);
  return [
    { label: text('nav.inbox'), icon: 'bell', run: () => app.showOnly({}) },
    { label: text('inbox.filter.unread'), icon: 'mail', run: () => app.showOnly({ unread: true }) },
    { label: text('nav.todo'), icon: 'hand', run: () => app.showOnly({ todo: true }) },
    ...joined.map(({ name }): Entry => ({ label: name, icon: 'chan', run: () => app.showOnly({ channel: name }) })),
    { label: text('inbox.row.broadcast'), icon: 'mega', run: () => app.showOnly({ channel: '' }) },
    { label: text('nav.manage_channels'), icon: 'chan', run: () => (app.view = 'channels') },
    { label: text('nav.hub'), icon: 'hub', run: () => (app.view = 'hub') },
    { label: text('nav.settings'), icon: 'set', run: () => (app.view = 'settings') },
  ];
}

/** What one can do. */
export function actions(app: App, snapshot: Snapshot): Entry[] {
  const { acting } = app;
  const single = (...keys: string[]) => (app.singleKeys ? keys : []);
  const { text } = app.strings;
  const { doNotDisturb, hubAddress } = snapshot.settings;
  const { hostedHub } = snapshot;
  const address = hostedHub.state === 'on' ? (hostedHub.network?.addresses[0] ?? hostedHub.address) : hubAddress;
  return [
    { label: text('keys.new'), icon: 'pen', keys: [ctrl, 'N'], run: () => compose(app) },
    {
      label: text(doNotDisturb.state === 'off' ? 'pal.toggle_dnd' : 'dnd.end'),
      icon: 'moon',
      keys: [ctrl, 'D'],
      run: () => acting.toggleDoNotDisturb(),
    },
    { label: text('pal.open_wall'), icon: 'wall', keys: ['F11'], run: () => acting.toggleWall() },
    {
      label: text('pal.copy_address'),
      icon: 'copy',
      run: () => app.copying(copyText(address), text('copied.what', { what: address })),
    },
    {
      label: text('inbox.mark_all'),
      icon: 'checks',
      keys: single(text('keys.shift'), 'A'),
      run: () => acting.markAllRead(),
    },
    { label: text('keys.undo_ack'), icon: 'undo', keys: [ctrl, 'Z'], run: () => app.takeBack() },
    { label: text('ready.title'), icon: 'checks', run: () => app.checkReadiness() },
    { label: text('pal.export_csv'), icon: 'down', run: () => acting.exportList('csv') },
    { label: text('pal.export_json'), icon: 'down', run: () => acting.exportList('json') },
    { label: text('keys.title'), icon: 'kbd', keys: single('?'), run: () => (app.helpShown = true) },
  ];
}
