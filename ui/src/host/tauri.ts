import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Host, StationEvent } from './host';

/** The desktop window: the station lives in the same process, so it is never lost. */
export function tauriHost(): Host {
  return {
    command: (command) => invoke('station', { command }),
    listen(listener) {
      void listen<StationEvent>('station-event', ({ payload }) => listener.event(payload)).then(() =>
        listener.opened(),
      );
    },
  };
}
