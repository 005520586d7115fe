import { findOrInstallChromium } from '../../scripts/chromium.mts';
import { CannotRun, printOutcomes, runSteps } from '../../scripts/steps.mts';
import type { Step } from '../../scripts/steps.mts';

const printed: string[] = [];
beforeEach(() => {
	printed.length = 0;
	const print = (line = '') => void printed.push(line);
	jest.spyOn(console, 'log').mockImplementation(print);
	jest.spyOn(console, 'error').mockImplementation(print);
});
afterEach(() => jest.restoreAllMocks());

describe('the steps of npm test', () => {
	let ran: string[];
	const step = (title: string, error?: Error): Step => ({
		title,
		run: async () => {
			ran.push(title);
			if (error) throw error;
		},
	});
	/** The closing table, without its colours. */
	const table = (rows: number) =>
		printed.slice(-rows).map((line) => line.replace(/\u001b\[\d+m/g, ''));
	beforeEach(() => (ran = []));

	it('end with the first that fails, and the table says what did not run', async () => {
		const steps = [step('one'), step('two', new Error('broken')), step('three')];
		printOutcomes(await runSteps(steps));
		expect(ran).toEqual(['one', 'two']);
		expect(printed).toContain('✘ two: broken');
		expect(table(3)).toEqual(['✔ one     0 s', '✘ two     0 s', '– three   did not run']);
	});

	it('go on behind one that this machine cannot run, which is red in the table', async () => {
		const steps = [step('browser', new CannotRun('no Chromium')), step('last')];
		printOutcomes(await runSteps(steps));
		expect(ran).toEqual(['browser', 'last']);
		expect(table(2)).toEqual(['– browser   did not run: no Chromium', '✔ last      0 s']);
		expect(printed.at(-2)).toMatch(/^\u001b\[31m.*\u001b\[0m$/);
	});
});

describe('Chromium', () => {
	const { PATH, CHROMIUM } = process.env;
	const restore = () => {
		process.env.PATH = PATH;
		if (CHROMIUM === undefined) delete process.env.CHROMIUM;
		else process.env.CHROMIUM = CHROMIUM;
	};
	afterEach(restore);

	it('is the one that the variable names', async () => {
		process.env.CHROMIUM = '/opt/browser';
		expect(await findOrInstallChromium(() => {})).toBe('/opt/browser');
	});

	// On macOS, one that stands under Applications is found without the PATH.
	(process.platform === 'linux' ? it : it.skip)(
		'that is missing is no failure by itself where nobody may install it',
		async () => {
			delete process.env.CHROMIUM;
			process.env.PATH = '';
			jest.spyOn(process as { getuid(): number }, 'getuid').mockReturnValue(1000);
			await expect(findOrInstallChromium(() => {})).rejects.toThrow(CannotRun);
		},
	);
});
