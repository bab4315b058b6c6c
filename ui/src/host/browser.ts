import type { Command, Fault, Host, ReplyOf, StationEvent } from './host';

/** A plain browser: the station answers over HTTP on the address that served this page. */
export function browserHost(): Host {
  return {
    async command<C extends Command>(command: C): Promise<ReplyOf<C>> {
      const response = await fetch('/station/command', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(command),
      });
      const body: unknown = await response.json();
      if (!response.ok) throw body as Fault;
      return body as ReplyOf<C>;
    },
    listen(listener) {
      const source = new EventSource('/station/events');
      source.onopen = () => listener.opened();
      source.onerror = () => listener.lost();
      source.onmessage = (message: MessageEvent<string>) => listener.event(JSON.parse(message.data) as StationEvent);
    },
  };
}
