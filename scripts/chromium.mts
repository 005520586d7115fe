import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { runCommand } from './command.mts';
import { CannotRun } from './steps.mts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/** Where macOS keeps them, which are not on the PATH there. */
const APPLICATIONS = [
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Of the browser tests: a browser, and letters for its pages. */
const PACKAGES = ['chromium', 'fonts-liberation'];

/** The Chromium of this machine; on Debian, root installs it. The variable CHROMIUM names another. */
export async function findOrInstallChromium(
	onProgress: (progress: string) => void,
): Promise<string> {
	const found = await findChromium();
	if (found) return found;
	if (!(await canInstall())) {
		throw new CannotRun(
			'Chromium is missing. Install Chromium or Chrome, or name its program in the variable CHROMIUM.',
		);
	}
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	onProgress(`installing ${PACKAGES.join(' and ')} with apt`);
	await runCommand('apt-get', ['update'], { env });
	await runCommand('apt-get', ['install', '--yes', '--no-install-recommends', ...PACKAGES], {
		env,
	});
	const installed = await findChromium();
	if (!installed) throw new Error('apt has installed Chromium, but it is not on the PATH.');
	return installed;
}

async function findChromium(): Promise<string | undefined> {
	const { CHROMIUM, PATH = '' } = process.env;
	if (CHROMIUM) return CHROMIUM;
	const folders = PATH.split(delimiter).filter(Boolean);
	const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
	for (const file of [...candidates, ...APPLICATIONS]) {
		const isProgram = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (isProgram) return file;
	}
	return undefined;
}

/** Ubuntu's package is only a pointer to a snap, which does not start in a container. */
async function canInstall(): Promise<boolean> {
	if (process.getuid?.() !== 0) return false;
	const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
	return /^ID=debian$/m.test(release);
}
