import { testedOn } from '../../scripts/n8n/tested.mts';
import { useSession } from './n8nSession.mts';
import { testCallbacks } from './sleep/callbacks.mts';
import { testLimits } from './sleep/limits.mts';
import { testOrder } from './sleep/order.mts';
import { sleepingIn } from './sleep/sleeping.mts';
import { testLoops, testWorkflows } from './sleep/workflows.mts';

/** No job ends by itself: the test says when. */
const JOB_SECONDS = 600;

/** The files in sleep/ share one start of each n8n. */
describe.each(testedOn.sleep)('on n8n %s', (version) => {
	const session = useSession(JOB_SECONDS, { allowHttpCallbacks: true, version });
	const sleeping = sleepingIn(session, version);

	testOrder(sleeping);
	testLoops(sleeping);
	testWorkflows(sleeping);
	testLimits(sleeping);
	// These do not depend on the version of n8n, and the engine tests prove them, too.
	if (sleeping.isCurrent) testCallbacks(sleeping);
});
