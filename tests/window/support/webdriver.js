// The few WebDriver commands that the tests need, spoken to Debian's WebKitWebDriver.

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** A window under remote control. */
export class Browser {
  static async start(port, binary, args) {
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args } } };
    const { sessionId } = await ask(`http://127.0.0.1:${port}/session`, 'POST', { capabilities }, 30_000);
    return new Browser(`http://127.0.0.1:${port}/session/${sessionId}`);
  }

  constructor(session) {
    this.session = session;
  }

  /** Runs a function's body in the page. */
  run(script, ...args) {
    return ask(`${this.session}/execute/sync`, 'POST', { script, args });
  }

  /** All the text that a person can see. */
  text() {
    return this.run('return document.body.innerText');
  }

  /** The innermost visible element with this text in it, if there is one. */
  async find(text, within = '*') {
    const found = await this.run(
      `const all = [...document.querySelectorAll(arguments[1])]
         .filter((one) => one.checkVisibility() && one.textContent.includes(arguments[0]));
       return all.at(-1) ?? null`,
      text,
      within,
    );
    return found && found[ELEMENT];
  }

  async click(element) {
    await ask(`${this.session}/element/${element}/click`, 'POST', {});
  }

  /** Waits until the page has drawn its present state. */
  painted() {
    const script = 'requestAnimationFrame(() => requestAnimationFrame(arguments[0]))';
    return ask(`${this.session}/execute/async`, 'POST', { script, args: [] });
  }

  /** A picture of the page, as base64. */
  picture() {
    return ask(`${this.session}/screenshot`, 'GET');
  }

  end() {
    return ask(this.session, 'DELETE');
  }
}

async function ask(url, method, body, deadline = 15_000) {
  const answer = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(deadline),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`);
  return value;
}
