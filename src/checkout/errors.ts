/**
 * What the user asked for, or what the repository is, does not allow a checkout: a verdict on the source. The message is
 * one or more sentences for the user; it holds no credentials.
 */
export class CheckoutRefused extends Error {
  override readonly name = 'CheckoutRefused';
}

/** The network, the other side, this machine's git or the time failed: infrastructure, never a verdict. */
export class CheckoutUnavailable extends Error {
  override readonly name = 'CheckoutUnavailable';
}
