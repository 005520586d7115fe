import type { SandboxJob } from '../../sandbox/server.mts';
import type { Left } from '../../scripts/load/left.mts';
import { promptOf } from '../../scripts/load/ways.mts';
import type { Way } from '../../scripts/load/ways.mts';
import { accountsOf } from '../load/queue/account.mts';

const watched: Way = { provider: 'aimlapi', by: 'watcher' };
const called: Way = { provider: 'simulator', by: 'trigger' };
const simulated: Way = { provider: 'simulator', by: 'watcher' };

const left = (way: Way, id: string, rest: Partial<Left> = {}): Left => ({
	...{ way, executionId: '1', jobId: id, prompt: promptOf(way, id), status: 'completed' },
	...rest,
});
const paid = (way: Way, id: string) => ({ id, prompt: promptOf(way, id) }) as SandboxJob;

it('the accounts of a load see a job that is lost, and one that was submitted or has left twice', () => {
	const [first, second, third] = accountsOf({
		ways: [watched, called, simulated],
		paid: ['a', 'b', 'c', 'd'].map((id) => paid(watched, id)),
		left: [
			left(watched, 'a'),
			left(watched, 'a'),
			left(watched, 'b', { code: 'timeout', status: 'in_progress', later: 'completed' }),
			left(watched, 'c', { prompt: undefined, status: undefined }),
			left(called, 's1', { prompt: 'the same' }),
			left(called, 's2', { prompt: 'the same' }),
			left(simulated, 'sim-1'),
		],
		submitted: [left(called, 's1'), left(called, 's3')],
		slept: ['a', 'b', 'c', 'd', 'sim-1', 'sim-2'],
	});
	expect(first).toEqual({
		...{ way: 'aimlapi-watcher', submits: 4, finished: 2, collected: 1, broken: 1 },
		...{ notCalled: 0, twice: 1, lost: 1 },
	});
	expect(second).toMatchObject({ submits: 3, finished: 2, notCalled: 1, twice: 1, lost: 0 });
	// It shows nowhere but in n8n's log.
	expect(third).toMatchObject({ submits: 2, finished: 1, twice: 0, lost: 1 });
});
