/** A program that tests need cannot be had on this machine: a reason to skip tests, not to fail them. */
export class HostUnavailable extends Error {
  /** @override */
  name = 'HostUnavailable';
}
