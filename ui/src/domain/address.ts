/** The port that was typed; `null` if it is none after which there are two more, for other computers. */
export function portOf(typed: string): number | null {
  const port = Number(typed);
  return typed.trim() !== '' && Number.isInteger(port) && port >= 1 && port <= 65_533 ? port : null;
}

/** `192.168.1.20:8001`: what people read out to each other. */
export function bareAddress(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
