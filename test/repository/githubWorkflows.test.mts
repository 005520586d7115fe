import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import manifest from '../../package.json';
import { N8N_VERSIONS } from '../../scripts/n8n/install.mts';

interface Job {
	uses?: string;
	needs?: string | string[];
	permissions?: Record<string, string>;
	strategy?: { matrix: Record<string, string[]> };
	steps?: Array<{ uses?: string; run?: string }>;
}

interface Workflow {
	permissions: Record<string, string>;
	jobs: Record<string, Job>;
}

const folder = join(__dirname, '../../.github');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const files = readdirSync(join(folder, 'workflows')).map((name) => `workflows/${name}`);
const workflow = (file: string) => parse(read(file)) as Workflow;

describe.each(files)('%s', (file) => {
	const { jobs, permissions } = workflow(file);
	const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

	it('pins each action to a commit, and says which version that is', () => {
		const used = read(file)
			.split('\n')
			.filter((line) => /^\s*-?\s*uses:/.test(line) && !line.includes('uses: ./'));
		expect(used.length).toBeGreaterThan(0);
		expect(used.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d/.test(line))).toEqual([]);
	});

	it('runs only scripts that there are', () => {
		const scripts = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm run ([\w:]+)/g)]);
		expect(scripts.length).toBeGreaterThan(0);
		for (const [, script] of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
	});

	it('may read the repository, and no more', () => {
		expect(permissions).toEqual({ contents: 'read' });
	});
});

describe('publishing', () => {
	const { jobs } = workflow('workflows/publish.yml');
	const publishing = Object.entries(jobs).filter(([, job]) => job.permissions?.['id-token']);

	it('is one job, the only one with an identity', () => {
		expect(publishing.map(([name]) => name)).toEqual(['publish']);
		expect(jobs.publish.steps?.at(-1)?.run).toBe('npm run release');
	});

	it('comes after the look for placeholders and after everything that CI tests', () => {
		expect(jobs.publish.needs).toBe('ci');
		expect(jobs.ci).toEqual({ needs: 'publishable', uses: './.github/workflows/ci.yml' });
		expect(jobs.publishable.steps?.at(-1)?.run).toContain('npm run publishable');
	});

	it('knows no token', () => {
		for (const file of files) expect(read(file)).not.toMatch(/secrets\.|NPM_TOKEN|NODE_AUTH_TOKEN/);
	});
});

it('CI tests on each n8n that is pinned', () => {
	const { matrix } = workflow('workflows/ci.yml').jobs['end-to-end'].strategy ?? {};
	expect(matrix?.n8n).toEqual(N8N_VERSIONS);
});

it.each(readdirSync(join(folder, 'ISSUE_TEMPLATE')).map((name) => `ISSUE_TEMPLATE/${name}`))(
	'%s can be read',
	(file) => expect(parse(read(file))).toEqual(expect.any(Object)),
);

it('Dependabot can be read', () => {
	expect(parse(read('dependabot.yml'))).toMatchObject({ version: 2 });
});
