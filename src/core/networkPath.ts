/** Paths of Windows that name something outside of its drives. Pure. */

/**
 * Whether a path of Windows begins like one of another machine or of a device: `\\server\share`, `\\?\…`, `\\.\…` with any
 * slashes, or `\??\…`. Windows sends the user's name and a hash of the password to such a machine before it opens a file.
 */
export function isNetworkPath(path: string): boolean {
  return /^[\\/]{2}|^[\\/]\?\?[\\/]/.test(path);
}
