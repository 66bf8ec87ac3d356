/** Recognizes files that probably contain secrets, by their names. Pure. */

const SECRET_FILES: readonly RegExp[] = [
  /^\.env/,
  /\.env$/,
  /\.(pem|key|p12|pfx|p8|jks|keystore|kdbx|asc|gpg|ppk|tfstate|tfvars|ovpn)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^[._](npmrc|yarnrc|pypirc|netrc|pgpass|htpasswd|git-credentials|dockercfg|vault-token|my\.cnf)$/,
];
const SECRET_FOLDERS = /^\.(git|ssh|gnupg|aws|azure|kube|docker|gcloud)$/;
/** Words that mark a data file as secret. In the name of a source file they mean code about secrets. */
const SECRET_WORDS =
  /credential|secret|passw(or)?d|(^|[^a-z])tokens?($|[^a-z])|(api|private)[-_]?key|service[-_]?account/;
const DATA_FILES =
  /(^[^.]+|\.(json|jsonc|ya?ml|toml|ini|cfg|conf|txt|xml|properties|csv|plist|bak|old|local))$/;

/** Prefers false alarms to missed secrets. @param path relative to the open folder, with `/` or `\` */
export function looksSecret(path: string): boolean {
  const names = path.toLowerCase().split(/[\\/]/);
  const name = names.at(-1) ?? '';
  return (
    SECRET_FILES.some((pattern) => pattern.test(name)) ||
    names.slice(0, -1).some((folder) => SECRET_FOLDERS.test(folder)) ||
    (DATA_FILES.test(name) && names.some((one) => SECRET_WORDS.test(one)))
  );
}
