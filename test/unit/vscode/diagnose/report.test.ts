import assert from 'node:assert/strict';
import { reportOf, type Findings } from '../../../../src/vscode/diagnose/report.js';

const FINDINGS: Findings = {
  versions: [['VS Code', '1.139']],
  checks: [
    { title: 'Claude CLI', state: 'ok', detail: '2.1.330 at /home/ada/bin/claude', nextStep: 'Nothing.' },
    { title: 'Sign-in', state: 'failed', detail: 'no\ncredentials', nextStep: 'Run it.' },
  ],
  settings: [['claudeOllama.claudePath', '/home/ada/bin/claude']],
  errors: [{ at: 0, client: 'sample/1.0', message: 'Bearer abcdefghijklmnopqrstuvwxyz was refused' }],
};
const REDACTION = { secrets: ['s3cret-token'], home: '/home/ada' };

describe('reportOf', () => {
  it('has a line for each check, with the next step for a problem', () => {
    const report = reportOf(FINDINGS, REDACTION);
    assert.match(report, /^- ✓ \*\*Claude CLI\*\*: 2\.1\.330 at ~\/bin\/claude$/m);
    assert.match(report, /^- ✗ \*\*Sign-in\*\*: no credentials\n {2}→ Run it\.$/m);
    assert.match(report, /1 problem found\./);
  });

  it('says that no problems were found', () => {
    const checks = FINDINGS.checks.slice(0, 1);
    const report = reportOf({ ...FINDINGS, checks, settings: [], errors: [] }, REDACTION);
    assert.match(report, /No problems found\./);
    assert.match(report, /## Latest errors\n\nNone\./);
  });

  it('contains neither secrets nor the home folder', () => {
    const checks = [
      { title: 'Chat', state: 'failed', detail: 'GET /t/s3cret-token: sk-ant-abc123' } as const,
    ];
    const report = reportOf({ ...FINDINGS, checks }, REDACTION);
    assert.doesNotMatch(report, /s3cret|sk-ant-abc|abcdefghij|\/home\/ada/);
  });

  it('replaces a home folder of Windows in settings', () => {
    const home = 'C:\\Users\\ada';
    const settings = [['claudeOllama.claudePath', `${home}\\claude.exe`]] as const;
    assert.match(reportOf({ ...FINDINGS, settings }, { secrets: [], home }), /`"~\\\\claude\.exe"`/);
  });
});
