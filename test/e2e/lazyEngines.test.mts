import { expressionEngines } from '../../scripts/bench/expressionEngines.mts';
import { jobsThatLeft } from '../../scripts/load/left.mts';
import type { Left } from '../../scripts/load/left.mts';
import { openWays, submit } from '../../scripts/load/load.mts';
import { nameOf, promptOf, WAYS } from '../../scripts/load/ways.mts';
import type { Way } from '../../scripts/load/ways.mts';
import { until } from '../../scripts/until.mts';
import { useSession } from './n8nSession.mts';

/** Later than the sleep begins. */
const SECONDS = 3;
const wordsOf = (way: Way) =>
	['one', 'two'].map((row) => promptOf(way, `${row} #sandbox:seconds=${SECONDS}`));

/** The setting that docs/queue-mode.md advises where many callbacks come at once. */
const session = useSession(SECONDS, { allowHttpCallbacks: true, env: expressionEngines(true) });

it('each way brings its results where n8n makes no engine for expressions before one is needed', async () => {
	const { client, credentials, n8n } = session();
	const target = { client, credentials, webhookUrl: n8n.url };
	const open = await openWays(target, WAYS);
	for (const way of WAYS) await submit(target, way, wordsOf(way));
	let ended: Left[] = [];
	const haveLeft = async () => {
		ended = (await jobsThatLeft(client, open)).filter(({ status }) => status !== undefined);
		return ended.length === 2 * WAYS.length;
	};
	await until('all have left', haveLeft, 60_000);
	const seen = ended.map(({ way, prompt, status, code, later }) => [
		...[nameOf(way), prompt, status, code],
		...(way.by === 'trigger' ? [] : [later]),
	]);
	const expected = WAYS.flatMap((way) =>
		wordsOf(way).map((prompt) => [
			...[nameOf(way), prompt, 'completed', undefined],
			...(way.by === 'trigger' ? [] : ['completed']),
		]),
	);
	expect(seen.sort()).toEqual(expected.sort());
}, 120_000);
