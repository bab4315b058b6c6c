// A screen saver of our own: says on the bus whether the screen is locked, and keeps count of who wants it on.
import dbus from 'dbus-next';

const { Interface } = dbus.interface;
const NAME = 'org.freedesktop.ScreenSaver';

class Saver extends Interface {
  locked = false;
  /** Why the screen is to stay on, by cookie. */
  wishes = new Map();

  Inhibit(app, why) {
    const cookie = this.wishes.size + 1;
    this.wishes.set(cookie, why);
    return cookie;
  }
  UnInhibit(cookie) {
    this.wishes.delete(cookie);
  }
  GetActive() {
    return this.locked;
  }
  ActiveChanged(locked) {
    return locked;
  }
}
Saver.configureMembers({
  methods: {
    Inhibit: { inSignature: 'ss', outSignature: 'u' },
    UnInhibit: { inSignature: 'u' },
    GetActive: { outSignature: 'b' },
  },
  signals: { ActiveChanged: { signature: 'b' } },
});

export class ScreenSaver {
  static async start(desk) {
    const saver = new ScreenSaver();
    saver.bus = dbus.sessionBus({ busAddress: desk.env.DBUS_SESSION_BUS_ADDRESS });
    saver.interface = new Saver(NAME);
    saver.bus.export('/org/freedesktop/ScreenSaver', saver.interface);
    await saver.bus.requestName(NAME);
    return saver;
  }

  /** Locks the screen, or opens it. */
  lock(locked) {
    this.interface.locked = locked;
    this.interface.ActiveChanged(locked);
  }

  /** Why the screen is to stay on, for each who wants it. */
  get wishes() {
    return [...this.interface.wishes.values()];
  }

  stop() {
    this.bus.disconnect();
  }
}
