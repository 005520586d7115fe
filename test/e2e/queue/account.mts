import type { SandboxJob } from '../../../sandbox/server.mts';
import type { Left } from '../../../scripts/load/left.mts';
import type { Open } from '../../../scripts/load/load.mts';
import { isSimulated, nameOf } from '../../../scripts/load/ways.mts';

interface Books {
	open: Open[];
	left: Left[];
	bySimulator: Map<string, string>;
	paid: SandboxJob[];
	batches: number;
}

export function accountOf({ open, left, bySimulator, paid }: Books) {
	const rows = open.map(({ way }) => {
		const own = left.filter((job) => job.way === way);
		const ids = own.map(({ jobId }) => jobId);
		return {
			way: nameOf(way),
			left: own.length,
			different: new Set(ids).size,
			finished: own.filter(({ status }) => status === 'completed').length,
			timeouts: own.filter(({ code }) => code === 'timeout').length,
			collected: own.filter(({ code, later }) => code === 'timeout' && later === 'completed').length,
			broken: own.filter(({ status }) => status === undefined).length,
			prompts: new Set(own.map(({ prompt }) => prompt)).size,
			sim: isSimulated(way) ? bySimulator.size : 0,
		};
	});
	return { rows, broken: left.filter(({ status }) => status === undefined), paid: paid.length };
}
