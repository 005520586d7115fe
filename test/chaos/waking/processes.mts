import type { Clock } from '../../../nodes/shared/time/pause';
import type * as harness from '../../engine/harness.mts';
import type { VirtualTime } from './time.mts';

/** What n8n brings along is the same for all processes; what our nodes keep in memory is not. */
const shared = ['n8n-core', 'n8n-workflow', '@n8n/di', 'reflect-metadata'];

/** A process of n8n with our nodes in it: another one remembers nothing of what this one knows. */
export interface Process {
	run: typeof harness.runNode;
	/** By what n8n has stored. */
	storedWake: typeof harness.storedWake;
	/** Its timers go by this time from now on, until it is killed. */
	live(time: VirtualTime): void;
	kill(): void;
}

/** To be called while the tests are collected: the harness of the engine has hooks. */
export function newProcess(): Process {
	for (const name of shared) {
		const loaded: unknown = jest.requireActual(name);
		jest.doMock(name, () => loaded);
	}
	let loaded: { engine: typeof harness; clock: Clock } | undefined;
	jest.isolateModules(() => {
		loaded = {
			engine: require('../../engine/harness.mts'),
			clock: require('../../../nodes/shared/time/pause').systemClock,
		};
	});
	const { engine, clock } = loaded!;
	let time: VirtualTime | undefined;
	clock.now = () => Date.now();
	clock.sleep = async (ms) =>
		// Nobody wakes the sleepers of a process that is dead.
		await new Promise<void>((resolve) => time?.after(ms, resolve));
	return {
		run: engine.runNode,
		storedWake: engine.storedWake,
		live: (given) => (time = given),
		kill: () => (time = undefined),
	};
}
