/** The editor cannot be had on this machine: a reason to skip its tests, not to fail them. */
export class HostUnavailable extends Error {
  name = 'HostUnavailable';
}
