/** The port that was typed; `null` if it is none. */
export function portOf(typed: string): number | null {
  const port = Number(typed);
  return typed.trim() !== '' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : null;
}
