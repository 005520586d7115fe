// npm run bench [-- capacity|download|generate|memory|package|scale|text|trigger|waiting]: ratios within one run, printed as tables.
import { parseArgs } from 'node:util';

import { benchCapacity } from './bench/capacity.mts';
import { benchDownloads } from './bench/downloads.mts';
import { benchGenerate } from './bench/generate.mts';
import { benchMemory } from './bench/memory.mts';
import { benchPackage } from './bench/package.mts';
import { benchScale } from './bench/scale.mts';
import { benchText } from './bench/text.mts';
import { benchTrigger } from './bench/trigger.mts';
import { benchWaiting } from './bench/waiting.mts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		/** Of the video that is downloaded. */
		megabytes: { type: 'string', default: '500' },
		/** How often it is downloaded. */
		rounds: { type: 'string', default: '3' },
		/** For each way of starting a run, in each round. */
		callbacks: { type: 'string', default: '100' },
		/** Of n8n, for capacity, scale and trigger: an engine for expressions only where there is one to evaluate. */
		lazy: { type: 'boolean', default: false },
		/** Of a batch, each in turn. */
		items: { type: 'string', default: '10,200,1000' },
		/** For each way of waiting. */
		jobs: { type: 'string', default: '10' },
		/** How many executions sleep when memory is measured. */
		asleep: { type: 'string', default: '500' },
		/** What each of them was started with. */
		kilobytes: { type: 'string', default: '1' },
		/** How many jobs are waited for, each in turn; none when it is empty. */
		sizes: { type: 'string', default: '1,10,100,1000' },
		/** Seconds that a video takes, each in turn. */
		lengths: { type: 'string', default: '20,40,80' },
		/** How many videos end at the same time, each in turn. */
		videos: { type: 'string', default: '100,500' },
	},
});
const numbersIn = (list: string) => list.split(',').filter(Boolean).map(Number);
const benches: Record<string, () => Promise<void> | void> = {
	capacity: async () => await benchCapacity(numbersIn(values.videos), values.lazy),
	download: async () => await benchDownloads(Number(values.megabytes), Number(values.rounds)),
	generate: async () => await benchGenerate(numbersIn(values.items), Number(values.rounds)),
	memory: async () => await benchMemory(Number(values.asleep), Number(values.kilobytes)),
	package: benchPackage,
	scale: async () =>
		await benchScale(numbersIn(values.sizes), numbersIn(values.lengths), values.lazy),
	text: benchText,
	trigger: async () => await benchTrigger(Number(values.callbacks), values.lazy),
	waiting: async () => await benchWaiting(Number(values.jobs)),
};
const chosen = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = chosen.find((name) => !(name in benches));
if (unknown) {
	console.error(`There is no bench "${unknown}". Choose ${Object.keys(benches).join(' or ')}.`);
	process.exit(2);
}
for (const name of chosen) await benches[name]();
