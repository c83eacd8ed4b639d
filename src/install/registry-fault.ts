/** The registry could not be reached, or failed: infrastructure. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault';
}
