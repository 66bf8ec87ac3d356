/** The editor cannot be installed or run on this machine. Its tests are skipped then. */
export class HostUnavailable extends Error {
  name = 'HostUnavailable';
}
