import assert from 'node:assert/strict';
import { CLIENTS } from '../../src/vscode/connect/clients.js';
import { guideOf, type EndpointInfo } from '../../src/vscode/connect/guide.js';
import {
  COMMANDS,
  milestoneKey,
  PRODUCT,
  SECTION,
  SHORT_NAME,
  WALKTHROUGH,
} from '../../src/vscode/platform/names.js';
import { WALKTHROUGH_STEPS } from '../../src/vscode/ui/setupProgress.js';
import { readSettings } from '../../src/vscode/platform/settings.js';
import { contributedSettings, filesUnder, manifest, read } from './repository.js';

const commands = manifest().contributes.commands ?? [];
const settings = contributedSettings();
const REACH: EndpointInfo = {
  localUrl: 'http://127.0.0.1:11434',
  externalUrl: 'http://127.0.0.1:11434',
  models: ['claude-sonnet'],
  token: undefined,
  platform: 'linux',
};

/** Reads the settings as the extension does, with the manifest's defaults, and records which keys are read. */
function readFromManifest(): { keys: Set<string>; warnings: string[]; values: object } {
  const keys = new Set<string>();
  const warnings: string[] = [];
  const defaultOf = (key: string): unknown => {
    keys.add(`${SECTION}.${key}`);
    return settings[`${SECTION}.${key}`]?.default;
  };
  const values = readSettings({ value: defaultOf, defaultOf }, (line) => warnings.push(line));
  return { keys, warnings, values };
}

describe('the manifest', () => {
  it('contributes exactly the commands that the extension registers', () => {
    assert.deepEqual(commands.map(({ command }) => command).sort(), Object.values(COMMANDS).sort());
  });

  it('has every registered command: commands are registered only through the table COMMANDS', () => {
    const calls = filesUnder('src').flatMap((file) =>
      Array.from(read(file).matchAll(/\bregister(?:TextEditor)?Command\(([^,]*),/g), (match) => ({
        file,
        argument: match[1]!.trim(),
      })),
    );
    assert.equal(calls.length, 1);
    assert.match(calls[0]!.argument, /^COMMANDS\[/);
  });

  it('gives every command a title and the category, and lets the palette find it by the product name', () => {
    for (const { command, title, category } of commands) {
      assert.ok(command.startsWith(`${SECTION}.`), command);
      assert.match(title.value, /^[A-Z][^.]*$/, command);
      assert.equal(title.original, title.value, command);
      assert.deepEqual(category, { value: SHORT_NAME, original: PRODUCT }, command);
    }
  });

  it('uses only its own commands in menus and keybindings', () => {
    const { menus = {}, keybindings = [] } = manifest().contributes;
    const named = [...Object.values(menus).flat(), ...keybindings].flatMap(({ command }) => command ?? []);
    const own = new Set(commands.map(({ command }) => command));
    assert.deepEqual(
      named.filter((command) => !own.has(command)),
      [],
    );
  });

  it('completes the steps of the walkthrough by commands and context keys that exist', () => {
    const { walkthroughs = [] } = manifest().contributes;
    const own = new Set<string>(commands.map(({ command }) => command));
    const keys = new Set(Object.keys(WALKTHROUGH_STEPS).map(milestoneKey));
    assert.deepEqual(
      walkthroughs.flatMap(({ steps }) => steps.map(({ id }) => id)),
      ['trust', 'cli', 'signIn', 'server', 'connect', 'try'],
    );
    assert.deepEqual(
      walkthroughs.map(({ id }) => id),
      [WALKTHROUGH],
    );
    assert.deepEqual(
      Object.keys(WALKTHROUGH_STEPS).map((milestone) => `onContext:${milestoneKey(milestone)}`),
      walkthroughs.flatMap(({ steps }) => steps.map(({ completionEvents }) => completionEvents[0])),
    );
    for (const { description, media, completionEvents } of walkthroughs.flatMap(({ steps }) => steps)) {
      for (const [, command] of description.matchAll(/\(command:([^)]+)\)/g)) {
        assert.ok(own.has(command!) || command === 'workbench.trust.manage', command);
      }
      assert.ok(media.altText.length > 0);
      assert.doesNotMatch(read(media.svg), /<script|href=|#[0-9a-f]{3,8}"/i, media.svg);
      // VS Code's content security policy forbids styles; attributes refer to the theme's colours.
      assert.doesNotMatch(read(media.svg), /<style|style=|class=/, media.svg);
      assert.ok(completionEvents.length > 0);
      for (const event of completionEvents) {
        const [, kind, name = ''] = /^(onCommand|onContext):([\w.]+)/.exec(event) ?? [];
        assert.ok(kind === 'onCommand' ? own.has(name) : keys.has(name), event);
      }
    }
  });

  it('offers to add a snippet to a file for exactly the clients that have a file', () => {
    const withFile = CLIENTS.filter((client) => guideOf(client, REACH).file !== undefined).map(
      ({ id }) => id,
    );
    const { menus = {} } = manifest().contributes;
    const conditions = Object.values(menus)
      .flat()
      .filter(({ command }) => command === COMMANDS.addSnippet)
      .map(({ when = '' }) => when);
    assert.equal(conditions.length, 2);
    for (const when of conditions) assert.ok(when.includes(`(${withFile.join('|')})`), when);
  });

  it('declares exactly the settings that the extension reads', () => {
    assert.deepEqual([...readFromManifest().keys].sort(), Object.keys(settings).sort());
  });

  it('declares defaults that the extension accepts unchanged', () => {
    const { warnings, values } = readFromManifest();
    assert.deepEqual(warnings, []);
    for (const [key, { default: declared }] of Object.entries(settings)) {
      const name = key.slice(SECTION.length + 1);
      const value = (values as Record<string, unknown>)[name];
      // An empty string in a settings file means no value.
      assert.deepEqual(value ?? '', declared, key);
    }
  });

  it('describes every setting, with type, default and scope', () => {
    assert.ok(Object.keys(settings).length > 0);
    for (const [key, setting] of Object.entries(settings)) {
      assert.ok(key.startsWith(`${SECTION}.`), key);
      assert.ok(setting.type !== undefined, `${key} has no type`);
      assert.ok(setting.default !== undefined, `${key} has no default`);
      assert.ok(setting.scope !== undefined, `${key} has no scope`);
      assert.match(setting.markdownDescription ?? setting.description ?? '', /\.$/, key);
    }
  });

  it('groups the settings in ordered sections, each setting in one of them', () => {
    const { configuration = [] } = manifest().contributes;
    assert.deepEqual(
      configuration.map(({ title, order }) => [order, title]),
      ['Server', 'Models', 'Access', 'Processes', 'Workspace'].map((title, index) => [index + 1, title]),
    );
    const contributed = configuration.flatMap(({ properties }) => Object.entries(properties));
    assert.equal(contributed.length, Object.keys(settings).length);
    assert.deepEqual(
      contributed.map(([, { order }]) => order),
      contributed.map((_, index) => index + 1),
    );
  });

  it('does not let a workspace set a program, an address, access rules or permissions', () => {
    for (const name of [
      'claudePath',
      'host',
      'port',
      'allowedHosts',
      'allowedOrigins',
      'allowOtherUsers',
      'workspace.permissions',
      'workspace.editorContext',
    ]) {
      const scope = settings[`${SECTION}.${name}`]?.scope;
      assert.ok(scope === 'machine' || scope === 'application', `${name} has the scope ${scope}`);
    }
  });
});
