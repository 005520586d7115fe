import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { runCommand } from './command.mts';
import { CannotRun } from './steps.mts';

interface Wanted {
	/** Debian's packages that bring it. */
	packages: string[];
	/** What is missing, and what to do about it. */
	help: string;
}

/** What is found on this machine; on Debian, root installs it. */
export async function findOrInstall<Found>(
	find: () => Promise<Found | undefined>,
	{ packages, help }: Wanted,
	onProgress: (progress: string) => void,
): Promise<Found> {
	const found = await find();
	if (found) return found;
	if (!(await isRootOnDebian())) throw new CannotRun(help);
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	onProgress(`installing ${packages.join(' and ')} with apt`);
	await runCommand('apt-get', ['update'], { env });
	await runCommand('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], {
		env,
	});
	const installed = await find();
	if (!installed) throw new Error(`apt has installed ${packages.join(' and ')}. ${help}`);
	return installed;
}

/** Where programs are looked for that are named without a folder. */
export const searchPath = (): string[] => (process.env.PATH ?? '').split(delimiter).filter(Boolean);

/** The first of these programs that is there: by the order of the names, then of the folders. */
export async function findProgram(
	names: string[],
	folders = searchPath(),
): Promise<string | undefined> {
	const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
	for (const file of candidates) {
		const isProgram = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (isProgram) return file;
	}
	return undefined;
}

/** Ubuntu's package of Chromium is only a pointer to a snap, which does not start in a container. */
async function isRootOnDebian(): Promise<boolean> {
	if (process.getuid?.() !== 0) return false;
	const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
	return /^ID=debian$/m.test(release);
}
