import { findOrInstall, findProgram } from './debian.mts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/** Where macOS keeps them, which are not on the PATH there. */
const APPLICATIONS = [
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium of this machine; on Debian, root installs it. The variable CHROMIUM names another. */
export async function findOrInstallChromium(
	onProgress: (progress: string) => void,
): Promise<string> {
	return await findOrInstall(
		findChromium,
		{
			// A browser, and letters for its pages.
			packages: ['chromium', 'fonts-liberation'],
			help: 'Chromium is missing. Install Chromium or Chrome, or name its program in the variable CHROMIUM.',
		},
		onProgress,
	);
}

const findChromium = async (): Promise<string | undefined> =>
	process.env.CHROMIUM || ((await findProgram(NAMES)) ?? (await findProgram(APPLICATIONS, [''])));
