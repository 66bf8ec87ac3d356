/**
 * Whether a version is a pre-release: an odd minor number, the Marketplace's rule for extensions whose pre-releases have their own
 * version numbers (https://code.visualstudio.com/api/working-with-extensions/publishing-extension#prerelease-extensions).
 * @param {string} version
 */
export function isPreRelease(version) {
  return Number(version.split('.')[1]) % 2 === 1;
}
