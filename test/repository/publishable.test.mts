import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from '../../scripts/command.mts';

const script = join(__dirname, '../../scripts/publishable.mts');

const manifest = {
	name: 'n8n-nodes-veo-reference-video',
	version: '1.2.0',
	homepage: 'https://github.com/fox-films/veo#readme',
	author: { name: 'Fox Films', email: 'hello@fox-films.org' },
	repository: { url: 'git+https://github.com/fox-films/veo.git' },
};
const changelog = '# Changelog\n\n## [1.2.0] - 2026-11-25\n\n- Foxes.\n';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'veo-publishable-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Case {
	manifest?: object;
	changelog?: string;
	args?: string[];
	/** As GitHub Actions names it. */
	repository?: string;
}

/** What the script says about a repository; a refusal is an error with the same text. */
async function judge(given: Case): Promise<string> {
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, ...given.manifest }));
	writeFileSync(join(folder, 'CHANGELOG.md'), given.changelog ?? changelog);
	const env = { ...process.env, GITHUB_REPOSITORY: given.repository ?? 'fox-films/veo' };
	const args = [script, ...(given.args ?? [])];
	return await runCommand(process.execPath, args, { cwd: folder, env });
}

it.each<[string, Case]>([
	['a workflow that publishes its tag', { args: ['--tag', '1.2.0'] }],
	['a tag with a v', { args: ['--tag', 'v1.2.0'] }],
	['a look before there is a tag, at home', { repository: '' }],
])('%s is let through', async (_, given) => {
	expect(await judge(given)).toContain('may be published');
});

const placeholder = 'github.com/n8n-nodes-veo-reference-video/n8n-nodes-veo-reference-video';

it.each<[string, Case, string]>([
	[
		'the invented author',
		{ manifest: { author: { name: 'Fox Films', email: 'maintainers@veo.example' } } },
		'author.email in package.json is a placeholder',
	],
	[
		'the name of the invented author',
		{
			manifest: {
				author: { name: 'n8n-nodes-veo-reference-video maintainers', email: 'a@fox-films.org' },
			},
		},
		'author.name in package.json is a placeholder',
	],
	[
		'the invented repository',
		{ manifest: { repository: { url: `git+https://${placeholder}.git` } }, repository: '' },
		'repository.url in package.json is a placeholder',
	],
	[
		'the invented homepage',
		{ manifest: { homepage: `https://${placeholder}#readme` }, repository: '' },
		'homepage in package.json is a placeholder',
	],
	[
		'another repository than the one it runs in',
		{ repository: 'hen-films/veo' },
		'not git+https://github.com/hen-films/veo.git',
	],
	['a tag of another version', { args: ['--tag', 'v1.2.1'] }, 'the tag is v1.2.1'],
	[
		'a version that the changelog does not date',
		{ changelog: '## [Unreleased]\n\n- Foxes.\n\n## [1.1.0] - 2026-10-01\n' },
		'no heading "## [1.2.0] - <date>"',
	],
])('%s is refused', async (_, given, problem) => {
	await expect(judge(given)).rejects.toThrow(problem);
});
