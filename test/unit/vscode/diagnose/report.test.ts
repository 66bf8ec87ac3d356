import assert from 'node:assert/strict';
import { reportOf, type Findings } from '../../../../src/vscode/diagnose/report.js';

const FINDINGS: Findings = {
  versions: [['VS Code', '1.139']],
  checks: [
    { title: 'Claude CLI', state: 'ok', detail: '2.1.330 at /home/ada/bin/claude', next: 'Nothing.' },
    { title: 'Sign-in', state: 'failed', detail: 'no\ncredentials', next: 'Run it.' },
  ],
  settings: [['claudeOllama.claudePath', '/home/ada/bin/claude']],
  errors: [{ at: 0, client: 'sample/1.0', message: 'Bearer abcdefghijklmnopqrstuvwxyz was refused' }],
};
const HIDDEN = { secrets: ['s3cret-token'], home: '/home/ada' };

describe('the report of a diagnosis', () => {
  it('has a line for each check, with what to do where something is wrong', () => {
    const report = reportOf(FINDINGS, HIDDEN);
    assert.match(report, /^- ✓ \*\*Claude CLI\*\*: 2\.1\.330 at ~\/bin\/claude$/m);
    assert.match(report, /^- ✗ \*\*Sign-in\*\*: no credentials\n {2}→ Run it\.$/m);
    assert.match(report, /One thing needs attention\./);
  });

  it('says so when nothing is wrong', () => {
    const checks = FINDINGS.checks.slice(0, 1);
    const report = reportOf({ ...FINDINGS, checks, settings: [], errors: [] }, HIDDEN);
    assert.match(report, /Everything is in order\./);
    assert.match(report, /## Latest errors\n\nNone\./);
  });

  it('names neither secrets nor the home folder', () => {
    const checks = [
      { title: 'A chat', state: 'failed', detail: 'GET /t/s3cret-token: sk-ant-abc123' } as const,
    ];
    const report = reportOf({ ...FINDINGS, checks }, HIDDEN);
    assert.doesNotMatch(report, /s3cret|sk-ant-abc|abcdefghij|\/home\/ada/);
  });

  it('shortens the home folder of Windows in settings, too', () => {
    const home = 'C:\\Users\\ada';
    const settings = [['claudeOllama.claudePath', `${home}\\claude.exe`]] as const;
    assert.match(reportOf({ ...FINDINGS, settings }, { secrets: [], home }), /`"~\\\\claude\.exe"`/);
  });
});
