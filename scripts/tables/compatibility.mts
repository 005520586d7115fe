import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../folders.mts';
import { markdownTable } from '../markers.mts';
import { N8N_VERSION, N8N_VERSIONS } from '../n8n/install.mts';
import { testedOn } from '../n8n/tested.mts';

const subjects: Record<keyof typeof testedOn, string> = {
	versions: 'every node, as it may have been saved by version 1 and 1.1',
	money: 'retries that pay for nothing twice',
	sleep: 'waiting by callback',
	watcher: 'waiting without callbacks',
	crash: 'the retry after n8n was killed',
};

const alsoOnTheCurrent =
	'and all other tests: the trigger, downloads, binary data, agents, queue mode, the editor';

/** What an n8n lacks that is older than the first that has it. */
const arrivals: Array<[first: string, lack: string]> = [
	[
		'2.0.0',
		'Wait Strategy *Callback* is refused in a sub-workflow (*Auto* stays awake there, as in every n8n)',
	],
	['2.0.0', 'an item in the error output has its job under `message` instead of `details`'],
];

/** Every n8n that is tested, with what ran on it. */
export function compatibilityTable(): string {
	const rows = N8N_VERSIONS.map((version) => [
		`n8n ${version}`,
		nodeOf(version),
		[...subjectsOf(version), ...(version === N8N_VERSION ? [alsoOnTheCurrent] : [])].join('; '),
		lacksOf(version).join('; ') || 'nothing known',
	]);
	return markdownTable([['', 'Node.js', 'What ran on it', 'What does not work'], ...rows]);
}

const subjectsOf = (version: string) =>
	Object.entries(testedOn)
		.filter(([, versions]) => versions.includes(version))
		.map(([file]) => subjects[file as keyof typeof testedOn]);

const lacksOf = (version: string) =>
	arrivals.filter(([first]) => isOlder(version, first)).map(([, lack]) => lack);

const isOlder = (version: string, than: string) =>
	version.localeCompare(than, 'en', { numeric: true }) < 0;

/** The major version that is installed beside this n8n. */
function nodeOf(version: string): string {
	const file = join(ROOT, 'scripts', 'n8n', 'versions', version, 'package.json');
	const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as {
		dependencies: { node: string };
	};
	return /\d+/.exec(dependencies.node)?.[0] ?? dependencies.node;
}
