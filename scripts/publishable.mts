// npm run publishable [-- --tag v1.2.3]: whether this repository may be published. The publish workflow asks first.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

interface Manifest {
	name: string;
	version: string;
	homepage: string;
	author: { name: string; email: string };
	repository: { url: string };
}

const { values: flags } = parseArgs({ options: { tag: { type: 'string' } } });
const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
const changelog = await readFile('CHANGELOG.md', 'utf8');
const problems = [...placeholders(manifest), ...mismatches(manifest, changelog)];
if (problems.length > 0) {
	console.error(`Not to be published yet:\n  - ${problems.join('\n  - ')}`);
	console.error('docs/releasing.md says what to do.');
	process.exit(1);
}
console.log(`${manifest.name} ${manifest.version} may be published.`);

/** The repository began without an owner: its addresses are invented ones. */
function placeholders({ name, homepage, author, repository }: Manifest): string[] {
	const found: string[] = [];
	if (/@.*\.example$/.test(author.email)) {
		found.push(`author.email in package.json is a placeholder (${author.email})`);
	}
	if (author.name.startsWith(name)) {
		found.push(`author.name in package.json is a placeholder (${author.name})`);
	}
	for (const [field, url] of Object.entries({ 'repository.url': repository.url, homepage })) {
		if (url.includes(`github.com/${name}/`)) {
			found.push(`${field} in package.json is a placeholder (${url})`);
		}
	}
	return found;
}

/** What npm or n8n would refuse, or readers would miss. */
function mismatches({ version, homepage, repository }: Manifest, log: string): string[] {
	const found: string[] = [];
	// Set by GitHub Actions. Provenance is refused when the package names another repository.
	const actual = process.env.GITHUB_REPOSITORY;
	const url = `https://github.com/${actual}`;
	if (actual && repository.url !== `git+${url}.git`) {
		found.push(`repository.url in package.json is ${repository.url}, not git+${url}.git`);
	}
	if (actual && !homepage.startsWith(url)) {
		found.push(`homepage in package.json is ${homepage}, which is not below ${url}`);
	}
	if (flags.tag !== undefined && flags.tag.replace(/^v/, '') !== version) {
		found.push(`the tag is ${flags.tag}, the version in package.json ${version}`);
	}
	const heading = log.split('\n').find((line) => line.startsWith(`## [${version}] - `));
	if (!/\d{4}-\d{2}-\d{2}$/.test(heading ?? '')) {
		found.push(`CHANGELOG.md has no heading "## [${version}] - <date>"`);
	}
	return found;
}
