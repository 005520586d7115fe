import fc from 'fast-check';
import type { AsyncCommand } from 'fast-check';

import { newNonce, sealToken } from '../../../nodes/shared/callback/token';
import type { CallbackToken } from '../../../nodes/shared/callback/token';
import { expectLaws } from './laws.mts';
import type { Mood } from './provider.mts';
import type { World } from './world.mts';

type Happening = AsyncCommand<World, World>;

/** Something that may happen. What n8n and the provider do after it, they do before the next. */
const happening = (
	name: string,
	happens: (world: World) => Promise<void> | void,
	can: (world: World) => boolean = () => true,
): Happening => ({
	check: can,
	async run(_, world) {
		await happens(world);
		await world.settle();
		expectLaws(world);
	},
	toString: () => name,
});

const item = fc.nat({ max: 2 });

/** A callback is taken only when its own job has come to its end. */
async function deliver(world: World, index: number, times: number, round: number): Promise<void> {
	const call = await world.callbackOf(index, world.sleeps[round % world.sleeps.length]);
	if (!call) return;
	const [job] = world.sleep.jobs.slice(index);
	for (let time = 0; time < times; time++) {
		void world.receive(call).then(({ status }) => {
			const hasEnded = job && ['completed', 'failed'].includes(world.stateOf(job));
			if (status !== 200 || hasEnded || world.wasRefused) return;
			world.faults.push(`a callback about item ${index}, which still runs, was taken`);
		});
	}
}

/** Tokens that wake nobody. */
const forgeries: Record<string, (key: string, token: CallbackToken) => string> = {
	'of another key': (_, token) => sealToken('another key', token),
	'of another execution': (key, token) => sealToken(key, { ...token, sleeper: 'other/Veo' }),
	'of an item that is not there': (key, token) => sealToken(key, { ...token, item: 99 }),
	'that has expired': (key, token) => sealToken(key, { ...token, expires: 0 }),
	'of another provider': (key, token) => sealToken(key, { ...token, provider: 'simulator' }),
	'of the watcher of another round': (key, token) =>
		sealToken(key, { ...token, watcher: { run: 7, isFinal: true } }),
	'that was cut': (key, token) => sealToken(key, token).slice(0, -1),
	'that is empty': () => '',
};

async function forge(world: World, kind: string, index: number): Promise<void> {
	const { sandbox, scenario, executionId } = world;
	const token = forgeries[kind](sandbox.apiKey, {
		provider: scenario.provider,
		model: '',
		item: index,
		nonce: newNonce(),
		expires: world.time.now + 60_000,
		metadata: null,
		sleeper: `${executionId}/Veo`,
	});
	const call = (await world.callbackOf(index)) ?? {};
	void world.receive({ ...call, token }).then(({ status }) => {
		if (status === 200) world.faults.push(`a token ${kind} was taken`);
	});
}

const isAsleep = ({ state }: World) => state === 'asleep';

const moods: Mood[] = ['answers', 'is silent', 'is down', 'is busy', 'refuses the key'];

const endings = item.map((index) =>
	happening(`the job of item ${index} ends`, (world) => world.ends(index)),
);

const endingsThatCall = item.map((index) =>
	happening(`the job of item ${index} ends and calls`, async (world) => {
		world.ends(index);
		await deliver(world, index, 1, world.sleeps.length - 1);
	}),
);

const callbacks = fc
	.record({ index: item, times: fc.integer({ min: 1, max: 4 }), round: fc.nat({ max: 1 }) })
	.map(({ index, times, round }) =>
		happening(
			`${times} callbacks about item ${index} of round ${round}`,
			async (world) => await deliver(world, index, times, round),
		),
	);

const slowAnswers = fc.record({ index: item, ms: fc.nat({ max: 15_000 }) }).map(({ index, ms }) =>
	happening(
		`the job of item ${index} ends and calls, and the provider answers after ${ms} ms`,
		async (world) => {
			const { mood } = world.door;
			world.door.is('is silent');
			world.ends(index);
			await deliver(world, index, 1, world.sleeps.length - 1);
			await world.pass(ms);
			world.door.is(mood);
		},
	),
);

const forgedCalls = fc
	.record({ kind: fc.constantFrom(...Object.keys(forgeries)), index: item })
	.map(({ kind, index }) =>
		happening(`a token ${kind}`, async (world) => await forge(world, kind, index)),
	);

const passing = fc
	.oneof(fc.nat({ max: 3000 }), fc.nat({ max: 45_000 }))
	.map((ms) => happening(`${ms} ms pass`, async (world) => await world.pass(ms)));

const jumps = fc
	.integer({ min: -600_000, max: 150_000 })
	.map((ms) => happening(`the clock jumps by ${ms} ms`, (world) => world.jump(ms)));

const moodChanges = fc.constantFrom(...moods).map((mood) =>
	happening(`the provider ${mood}`, (world) => {
		world.door.is(mood);
		world.wasRefused ||= mood === 'refuses the key';
	}),
);

const restart = happening(
	'n8n is restarted',
	(world) => world.restart(),
	({ hasAnotherProcess }) => hasAnotherProcess,
);

const elsewhere = happening(
	'another process takes the calls',
	(world) => world.answerElsewhere(),
	({ hasAnotherProcess }) => hasAnotherProcess,
);

const stop = happening('the execution is stopped', (world) => world.stop(), isAsleep);

const nextRound = happening(
	'the loop comes to its next round',
	async (world) => await world.run(),
	({ state, sleeps }) => state === 'gone on' && sleeps.length < 2,
);

/** Everything that may happen while an execution sleeps, in any order. */
export const happenings = fc.commands<World, World, boolean>(
	[
		fc.oneof(
			{ weight: 10, arbitrary: passing },
			{ weight: 6, arbitrary: endingsThatCall },
			{ weight: 5, arbitrary: endings },
			{ weight: 6, arbitrary: callbacks },
			{ weight: 2, arbitrary: forgedCalls },
			{ weight: 4, arbitrary: moodChanges },
			{ weight: 3, arbitrary: fc.constant(nextRound) },
			{ weight: 2, arbitrary: fc.constant(restart) },
			{ weight: 2, arbitrary: fc.constant(elsewhere) },
			{ weight: 3, arbitrary: slowAnswers },
			{ weight: 1, arbitrary: jumps },
			{ weight: 1, arbitrary: fc.constant(stop) },
		),
	],
	{ maxCommands: 40, size: '+1' },
);
