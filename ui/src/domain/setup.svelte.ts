export type SetupPage = 'start' | 'join' | 'host';

/** The pages on which a computer gets its hub: at the first start, and whenever somebody wants another one. */
export class Setup {
  /** Shown to somebody who is set up already, or until what the first start began is done. */
  open = $state(false);
  page = $state<SetupPage>('start');
  /** The hub that this computer knows is the one to be let in at. */
  again = $state(false);

  /** Looks for another hub than the one this computer listens to. */
  change(): void {
    this.again = false;
    this.page = 'start';
    this.open = true;
  }

  /** Goes straight to the code: where the hub is, is known. */
  pairAgain(): void {
    this.again = true;
    this.page = 'join';
    this.open = true;
  }

  close(): void {
    this.open = false;
    this.page = 'start';
  }
}
