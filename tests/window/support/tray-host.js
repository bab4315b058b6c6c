// A tray host of our own: says on the bus that it shows tray icons, and reads and uses their menus
// as a panel would.
import dbus from 'dbus-next';
import { until } from './processes.js';

const { Interface } = dbus.interface;
const WATCHER = 'org.kde.StatusNotifierWatcher';

class Watcher extends Interface {
  RegisterStatusNotifierItem() {}
  RegisterStatusNotifierHost() {}
  get RegisteredStatusNotifierItems() {
    return [];
  }
  get IsStatusNotifierHostRegistered() {
    return true;
  }
  get ProtocolVersion() {
    return 0;
  }
}
Watcher.configureMembers({
  methods: {
    RegisterStatusNotifierItem: { inSignature: 's' },
    RegisterStatusNotifierHost: { inSignature: 's' },
  },
  properties: {
    RegisteredStatusNotifierItems: { signature: 'as', access: 'read' },
    IsStatusNotifierHostRegistered: { signature: 'b', access: 'read' },
    ProtocolVersion: { signature: 'i', access: 'read' },
  },
});

/** A menu's lines from above, those of a menu beside it after the line that opens it. */
function lines(children) {
  return children.flatMap(({ value: [id, traits, inner] }) => [
    // A line is between marks of access keys; a panel shows two as one.
    { id, text: (traits.label?.value ?? '—').replaceAll('__', '_'), enabled: traits.enabled?.value ?? true },
    ...lines(inner),
  ]);
}

export class TrayHost {
  static async start(desk) {
    const host = new TrayHost();
    host.bus = dbus.sessionBus({ busAddress: desk.env.DBUS_SESSION_BUS_ADDRESS });
    host.bus.export('/StatusNotifierWatcher', new Watcher(WATCHER));
    // An item names only its path: who it is stands on the envelope.
    host.bus.on('message', ({ member, sender, body }) => {
      if (member === 'RegisterStatusNotifierItem') host.item = { owner: sender, path: body[0] };
    });
    await host.bus.requestName(WATCHER);
    return host;
  }

  /** The menu's lines as a person reads them, by their text, with the id to choose them by. */
  async menu() {
    const { owner, path } = await until('the app puts its icon into the tray', () => this.item);
    const { Menu } = await this.properties();
    this.menuAt = { owner, path: Menu.value };
    const [, [, , children]] = (await this.call('GetLayout', 'iias', [0, -1, []])).body;
    return lines(children);
  }

  /** Chooses a line, which may be called otherwise a moment later: then it is looked for again. */
  choose(text) {
    return until(`${text} is chosen`, async () => {
      const { id } = (await this.menu()).find((line) => line.text.includes(text));
      await this.call('Event', 'isvu', [id, 'clicked', new dbus.Variant('i', 0), 0]);
      return true;
    });
  }

  /** The icon's picture: the file that the app wrote. */
  async icon() {
    return (await this.properties()).IconName.value;
  }

  stop() {
    // What is still asked is not answered: the library would try to, and find the stream closed.
    this.bus.addMethodHandler(() => true);
    this.bus.disconnect();
  }

  async properties() {
    const { owner, path } = this.item;
    const item = ['org.kde.StatusNotifierItem'];
    return (await this.message(owner, path, 'org.freedesktop.DBus.Properties', 'GetAll', 's', item)).body[0];
  }

  call(member, signature, body) {
    return this.message(this.menuAt.owner, this.menuAt.path, 'com.canonical.dbusmenu', member, signature, body);
  }

  message(destination, path, iface, member, signature, body) {
    return this.bus.call(new dbus.Message({ destination, path, interface: iface, member, signature, body }));
  }
}
