import { readdirSync } from 'node:fs';

import { WORKFLOWS } from './callbackWorkflows.mts';
import { useSession } from './n8nSession.mts';
import { aiAgent } from './workflows/agent.mts';
import { balancesAndSpend } from './workflows/balances.mts';
import { compareProviders } from './workflows/compare.mts';
import { providerFailover } from './workflows/failover.mts';
import { firstVideo } from './workflows/firstVideo.mts';
import { formToVideo } from './workflows/form.mts';
import { offeredIn } from './workflows/offered.mts';
import { contentPipeline } from './workflows/pipeline.mts';
import { reconcile } from './workflows/reconcile.mts';
import { sheetToJobs, sheetToJobsAsShipped, sheetToVideos } from './workflows/sheets.mts';

const session = useSession(1, { allowHttpCallbacks: true });
const offered = offeredIn(session);

/** Each is imported, run, and run once more: what the first run has ordered is not ordered again. */
const runs = {
	'first-video.json': firstVideo,
	'content-pipeline.json': contentPipeline,
	'sheet-to-videos.json': sheetToVideos,
	'sheet-to-jobs.json with video-to-row.json': sheetToJobs,
	'compare-providers.json': compareProviders,
	'provider-failover.json': providerFailover,
	'ai-agent.json': aiAgent,
	'reconcile.json': reconcile,
	'form-to-video.json': formToVideo,
	'balances-and-spend.json': balancesAndSpend,
};

it.each(Object.entries(runs))('%s', async (_, twice) => await twice(offered), 60_000);

it('sheet-to-jobs.json orders nothing before a callback URL is given', async () => {
	await sheetToJobsAsShipped(offered);
}, 60_000);

it('no workflow of the folder is missing here', () => {
	const named = Object.keys(runs).flatMap((name) => name.match(/[\w-]+\.json/g) ?? []);
	const offeredFiles = readdirSync(WORKFLOWS).filter((name) => name.endsWith('.json'));
	expect(named.sort()).toEqual(offeredFiles.sort());
});
