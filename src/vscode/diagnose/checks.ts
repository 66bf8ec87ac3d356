/** What the findings of a diagnosis mean, and what to do about them. Pure. */
import type { CliDiagnosis } from '../../core/cliBackend.js';
import type { PortOwner } from '../../server/server.js';
import type { Addresses } from '../ui/address.js';
import type { Status } from '../lifecycle/status.js';

export interface Check {
  readonly title: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do, where there is something to do. */
  readonly next?: string;
}

/** How a request to the own endpoint came out. */
export interface Probe {
  /** 0 when there was no answer. */
  readonly status: number;
  /** The answer, or why there was none. */
  readonly text: string;
}

const ok = (title: string, detail: string): Check => ({ title, state: 'ok', detail });
const failed = (title: string, detail: string, next: string): Check => ({
  title,
  state: 'failed',
  detail,
  next,
});
const warning = (title: string, detail: string, next: string): Check => ({
  ...failed(title, detail, next),
  state: 'warning',
});
const skipped = (title: string, detail: string): Check => ({ title, state: 'skipped', detail });

/** @param found what was found, or in words why it was not */
export function checkCli(found: CliDiagnosis | string): Check[] {
  const title = 'Claude CLI';
  if (typeof found === 'string') {
    return [
      failed(title, found, 'Do what it says, then run Diagnose again.'),
      skipped('Sign-in', 'There is no CLI to ask.'),
    ];
  }
  const { path, source, version, missingFlags, signedIn } = found;
  const where = `${version} at ${path}, from ${source}`;
  return [
    missingFlags.length === 0
      ? ok(title, `${where}; it knows every flag that is needed`)
      : failed(
          title,
          `${where}, does not know ${missingFlags.join(', ')}`,
          'Run "claude update" in a terminal.',
        ),
    signedIn
      ? ok('Sign-in', 'the CLI has credentials')
      : failed('Sign-in', 'the CLI has no credentials', 'Run "claude auth login" in a terminal.'),
  ];
}

export function checkServer(status: Status): Check {
  const title = 'Server';
  switch (status.state) {
    case 'running':
      return ok(title, `running on ${status.url}, from ${status.folder}`);
    case 'starting':
      return warning(title, `starting on port ${status.port}`, 'Wait a moment, then run Diagnose again.');
    case 'elsewhere':
      return ok(title, `another window serves ${status.url}, from ${status.folder ?? 'its own folder'}`);
    case 'stopped':
      return failed(title, 'stopped', 'Run "Claude Ollama: Start".');
    case 'failed':
      return failed(title, status.message, 'Do what it says, then run "Claude Ollama: Start".');
  }
}

const WHO: Readonly<Record<PortOwner, string>> = {
  claudeOllama: 'this server answers',
  ollama: 'a real Ollama answers',
  other: 'another program answers',
  none: 'nobody answers',
};

/** Who listens on the two loopback addresses, either of which clients may take `localhost` for. */
export function checkPort(port: number, v4: PortOwner, v6: PortOwner): Check[] {
  const title = (address: string): string => `Port ${port} on ${address}`;
  const first =
    v4 === 'claudeOllama'
      ? ok(title('127.0.0.1'), WHO.claudeOllama)
      : failed(
          title('127.0.0.1'),
          WHO[v4],
          v4 === 'none' ? 'Run "Claude Ollama: Start".' : 'Quit it, or change claudeOllama.port.',
        );
  if (v6 === 'claudeOllama') return [first, ok(title('::1'), WHO.claudeOllama)];
  if (v6 === 'none') return [first, skipped(title('::1'), 'nobody answers: clients use 127.0.0.1')];
  return [
    first,
    warning(title('::1'), WHO[v6], 'Clients that use "localhost" may reach it: give them 127.0.0.1.'),
  ];
}

/** Requests that a web page could make a browser send must be refused. */
export function checkGuard(foreignHost: Probe, foreignPage: Probe): Check {
  const title = 'Guard';
  const admitted = [
    ...(foreignHost.status === 403 ? [] : [`a request for another host (${foreignHost.status})`]),
    ...(foreignPage.status === 403 ? [] : [`a request of a web page (${foreignPage.status})`]),
  ];
  return admitted.length === 0
    ? ok(title, 'requests of web pages and for other hosts are refused')
    : failed(
        title,
        `not refused: ${admitted.join(', ')}`,
        'Look at allowedHosts and allowedOrigins in the settings.',
      );
}

/** What an answer says, if it is JSON. */
function said({ text }: Probe): { readonly models?: unknown[]; readonly error?: string } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

/** A client's first two questions. */
export function checkClientView(version: Probe, tags: Probe): Check {
  const title = 'As clients see it';
  if (version.status !== 200) {
    return failed(title, `GET /api/version: ${version.status} ${version.text}`, 'Look at the log.');
  }
  const models = said(tags).models?.length;
  if (tags.status !== 200 || models === undefined)
    return failed(
      title,
      `GET /api/tags: ${tags.status} ${said(tags).error ?? tags.text}`,
      'Do what it says.',
    );
  return ok(title, `${models} models are listed`);
}

/** @param probe of a chat, or `undefined` when the person did not want one */
export function checkChat(probe: Probe | undefined): Check {
  const title = 'A chat';
  if (probe === undefined) return skipped(title, 'not asked, because it costs tokens');
  return probe.status === 200
    ? ok(title, 'Claude answered')
    : failed(
        title,
        `${probe.status} ${said(probe).error ?? probe.text}`,
        'Do what it says; the log has more.',
      );
}

/** @param listed models that VS Code's own chat has from here */
export function checkEditorChat(listed: number): Check {
  const title = "VS Code's own chat";
  return listed > 0
    ? ok(title, `${listed} models are listed`)
    : warning(title, 'no models are listed', 'They come as soon as the CLI can be used.');
}

export function checkAddress({ inside, outside, remote }: Addresses): Check {
  const title = 'Address for your own machine';
  if (remote === undefined) return ok(title, outside ?? inside);
  return outside === undefined
    ? warning(title, `VS Code gives none in this window (${remote})`, 'Forward the port in the Ports view.')
    : ok(title, `${outside}, through ${remote}`);
}
