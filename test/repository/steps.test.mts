import { findOrInstallChromium } from '../../scripts/chromium.mts';
import { findOrInstallQueuePrograms } from '../../scripts/n8n/queue/programs.mts';
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

/** Nothing is on the PATH, and who runs the tests may install nothing. */
function onABareMachine(...variables: string[]): void {
	const before = new Map(['PATH', ...variables].map((name) => [name, process.env[name]]));
	beforeEach(() => {
		for (const name of before.keys()) delete process.env[name];
		jest.spyOn(process as { getuid(): number }, 'getuid').mockReturnValue(1000);
	});
	afterEach(() => {
		for (const [name, value] of before) {
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		}
	});
}

describe('Chromium', () => {
	onABareMachine('CHROMIUM');

	it('is the one that the variable names', async () => {
		process.env.CHROMIUM = '/opt/browser';
		expect(await findOrInstallChromium(() => {})).toBe('/opt/browser');
	});

	// On macOS, one that stands under Applications is found without the PATH.
	(process.platform === 'linux' ? it : it.skip)(
		'that is missing is no failure by itself where nobody may install it',
		async () => {
			await expect(findOrInstallChromium(() => {})).rejects.toThrow(CannotRun);
		},
	);
});

describe('Redis and PostgreSQL', () => {
	onABareMachine('REDIS_SERVER', 'POSTGRESQL_BIN');

	it('are those that the variables name', async () => {
		process.env.REDIS_SERVER = '/opt/redis-server';
		process.env.POSTGRESQL_BIN = '/opt/postgresql';
		expect(await findOrInstallQueuePrograms(() => {})).toEqual({
			redis: '/opt/redis-server',
			postgresql: '/opt/postgresql',
		});
	});

	it('that are missing are no failure by themselves where nobody may install them', async () => {
		process.env.POSTGRESQL_BIN = '/opt/postgresql';
		const finding = findOrInstallQueuePrograms(() => {});
		await expect(finding).rejects.toThrow(CannotRun);
		await expect(finding).rejects.toThrow('Redis is missing');
	});
});
