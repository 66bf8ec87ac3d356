/** Which files look as if they held secrets. Pure. */

const SECRET_FILES: readonly RegExp[] = [
  /^\.env/,
  /\.env$/,
  /\.(pem|key|p12|pfx|p8|jks|keystore|kdbx|asc|gpg|ppk|tfstate|tfvars|ovpn)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^[._](npmrc|yarnrc|pypirc|netrc|pgpass|htpasswd|git-credentials|dockercfg|vault-token|my\.cnf)$/,
];
const SECRET_FOLDERS = /^\.(git|ssh|gnupg|aws|azure|kube|docker|gcloud)$/;
/** Words that make a secret of a file with data, not of a program that deals with such things. */
const SECRET_WORDS =
  /credential|secret|passw(or)?d|(^|[^a-z])tokens?($|[^a-z])|(api|private)[-_]?key|service[-_]?account/;
const DATA = /(^[^.]+|\.(json|jsonc|ya?ml|toml|ini|cfg|conf|txt|xml|properties|csv|plist|bak|old|local))$/;

/** Rather one too many. @param path from the folder that is open, with any kind of slashes */
export function looksSecret(path: string): boolean {
  const names = path.toLowerCase().split(/[\\/]/);
  const name = names.at(-1) ?? '';
  return (
    SECRET_FILES.some((looks) => looks.test(name)) ||
    names.slice(0, -1).some((folder) => SECRET_FOLDERS.test(folder)) ||
    (DATA.test(name) && names.some((one) => SECRET_WORDS.test(one)))
  );
}
