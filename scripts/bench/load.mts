// Child of package.mts: loads files of nodes where n8n-workflow is loaded already, and prints what it
// took: <n8n-workflow> <file>...
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [workflow, ...files] = process.argv.slice(2);
require(workflow);
const loadedBefore = Object.keys(require.cache).length;
const before = process.memoryUsage().heapUsed;
const started = performance.now();
for (const file of files) require(file);
const milliseconds = performance.now() - started;
const megabytes = (process.memoryUsage().heapUsed - before) / 2 ** 20;
console.log(
	JSON.stringify({
		milliseconds,
		megabytes,
		files: Object.keys(require.cache).length - loadedBefore,
	}),
);
