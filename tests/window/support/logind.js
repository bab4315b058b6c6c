// A logind of our own, on the desk's bus in place of the system's: says whether the session is locked.
import dbus from 'dbus-next';

const { Interface } = dbus.interface;
const SESSION = '/org/freedesktop/login1/session/c1';

class Manager extends Interface {
  GetSession() {
    return SESSION;
  }
}
Manager.configureMembers({ methods: { GetSession: { inSignature: 's', outSignature: 'o' } } });

class Session extends Interface {
  LockedHint = false;
}
Session.configureMembers({ properties: { LockedHint: { signature: 'b', access: 'read' } } });

export class Logind {
  static async start(desk) {
    const logind = new Logind();
    logind.bus = dbus.sessionBus({ busAddress: desk.env.DBUS_SESSION_BUS_ADDRESS });
    logind.session = new Session('org.freedesktop.login1.Session');
    logind.bus.export('/org/freedesktop/login1', new Manager('org.freedesktop.login1.Manager'));
    logind.bus.export(SESSION, logind.session);
    await logind.bus.requestName('org.freedesktop.login1');
    return logind;
  }

  /** Locks the session, or opens it. */
  lock(locked) {
    this.session.LockedHint = locked;
    Interface.emitPropertiesChanged(this.session, { LockedHint: locked }, []);
  }

  stop() {
    this.bus.disconnect();
  }
}
