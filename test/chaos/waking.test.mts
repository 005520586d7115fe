import fc from 'fast-check';

import { providers } from '../../nodes/shared/registry';
import { useSandbox } from '../useSandbox.mts';
import { longTestMs, runs } from './runs.mts';
import { happenings } from './waking/commands.mts';
import { expectLaws, quietMs } from './waking/laws.mts';
import { newProcess } from './waking/processes.mts';
import { Door } from './waking/provider.mts';
import { intervalMs, World } from './waking/world.mts';
import type { Fate, Scenario, Stage } from './waking/world.mts';

/** Jobs end when the test says so. */
const sandbox = useSandbox(1e9);
const processes = Array.from({ length: 6 }, newProcess);
let door: Door;

beforeAll(async () => {
	door = new Door(sandbox());
	await door.start();
});
afterAll(() => door.stop());

const scenarios: fc.Arbitrary<Scenario> = fc
	.record({
		provider: fc.constantFrom(...providers),
		wantsCallback: fc.boolean(),
		first: fc.constantFrom<Fate>('completes', 'fails'),
		others: fc.array(fc.constantFrom<Fate>('completes', 'fails', 'is refused'), { maxLength: 2 }),
	})
	.map(({ provider, wantsCallback, first, others }) => ({
		provider: provider.id,
		byCallback: wantsCallback && provider.callback !== undefined,
		fates: [first, ...others],
	}));

async function inWorld(scenario: Scenario, happens: (world: World) => Promise<void>) {
	const stage: Stage = { sandbox: sandbox(), door, processes };
	const world = new World(stage, scenario);
	await world.open();
	try {
		await world.run();
		await happens(world);
	} finally {
		await world.close();
	}
}

/** Late callbacks and watchers change nothing any more. */
async function expectNothingMore(world: World): Promise<void> {
	for (let index = 0; index < world.scenario.fates.length; index++) {
		const call = await world.callbackOf(index);
		if (call) void world.receive(call);
	}
	await world.pass(2 * intervalMs);
	expectLaws(world);
}

/** Time until the calls of watchers are not taken any more. */
const leftBeforeQuiet = ({ sleep, time }: World) => sleep.until - quietMs - time.now;

/** All jobs end, and the provider calls until it is heard. */
async function everythingEnds(world: World): Promise<void> {
	const { scenario, sleep } = world;
	const mustWake = leftBeforeQuiet(world) > 100_000;
	for (let index = 0; index < scenario.fates.length; index++) world.ends(index);
	for (let tries = 0; tries < 4 && world.state === 'asleep'; tries++) {
		await world.pass(15_000);
		for (let index = 0; index < scenario.fates.length; index++) {
			const call = await world.callbackOf(index);
			if (call) void world.receive(call);
		}
		await world.settle();
	}
	if (mustWake && (scenario.byCallback || sleep.isUndisturbed)) {
		expect(sleep.left?.by ?? world.state).toBe('call');
	}
}

it(
	'whatever happens to a sleeping execution, every item leaves it once, with its job',
	async () => {
		await fc.assert(
			fc.asyncProperty(scenarios, happenings, fc.boolean(), async (scenario, commands, ends) => {
				await inWorld(scenario, async (world) => {
					expectLaws(world);
					await fc.asyncModelRun(() => ({ model: world, real: world }), commands);
					door.is('answers');
					await world.settle();
					if (ends && world.state === 'asleep') await everythingEnds(world);
					const { sleep } = world;
					const isWatched = sleep.isUndisturbed && leftBeforeQuiet(world) > 40_000;
					if (world.state === 'asleep') await world.pass(sleep.until - world.time.now);
					await expectNothingMore(world);
					if (world.state === 'stopped') return;
					expect(world.state).toBe('gone on');
					if (isWatched) expect(sleep.left?.by).toBe('call');
				});
			}),
			runs(100),
		);
	},
	longTestMs,
);
