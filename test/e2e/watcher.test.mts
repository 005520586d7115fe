import { testedOn } from '../../scripts/n8n/tested.mts';
import { useSession } from './n8nSession.mts';
import { sleepingIn } from './sleep/sleeping.mts';
import { testLoops } from './sleep/workflows.mts';
import { testCallers } from './watcher/callers.mts';
import { testExpressions } from './watcher/expressions.mts';
import { useFront } from './watcher/front.mts';
import { testLife } from './watcher/life.mts';
import { testWatcher } from './watcher/order.mts';
import { testRestarts } from './watcher/restarts.mts';
import { testTwoSleeps } from './watcher/twoSleeps.mts';
import { AIMLAPI, PREFIX, watchingIn } from './watcher/watching.mts';

/** No job ends by itself, unless its prompt says so. */
const JOB_SECONDS = 600;

/** The files in watcher/ share one start of each n8n. */
describe.each(testedOn.watcher)('on n8n %s, which nobody calls', (version) => {
	const front = useFront();
	const proxy = useFront();
	const session = useSession(JOB_SECONDS, () => ({
		version,
		env: { WEBHOOK_URL: `${front().url}${PREFIX}/`, N8N_PATH: `${PREFIX}/` },
	}));
	beforeAll(() => {
		front().target = (url) =>
			url.startsWith(`${PREFIX}/`)
				? new URL(url.slice(PREFIX.length), session().n8n.url)
				: undefined;
	});
	const watching = watchingIn(sleepingIn(session, version, { pollInterval: 1 }), front);

	const testInOneProcess = () => {
		testWatcher(watching);
		testLoops(watching, AIMLAPI);
		describe('with expressions', () => testExpressions(watching, proxy));
		testLife(watching);
		testCallers(watching);
	};
	// It takes two minutes, and both versions have the same timers.
	if (watching.isCurrent) testTwoSleeps(watching, testInOneProcess);
	else testInOneProcess();
	testRestarts(watching);
});
