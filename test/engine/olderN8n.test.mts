import { ExecuteContext } from 'n8n-core';

import { OLDER_N8N_VERSION } from '../../scripts/n8n/install.mts';
import { providerTable, request, runUnified, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);

/** The class of n8n's that has a method which older ones lack. */
function ownerOf(method: string): Record<string, unknown> {
	let owner = ExecuteContext.prototype as object;
	while (!Object.hasOwn(owner, method)) owner = Object.getPrototypeOf(owner) as object;
	return owner as Record<string, unknown>;
}

describe.each(providerTable)(
	'%s, in an n8n that does not tell the settings of the workflow',
	(_, provider) => {
		const owner = ownerOf('getWorkflowSettings');
		const { getWorkflowSettings } = owner;

		beforeEach(() => delete owner.getWorkflowSettings);
		afterEach(() => (owner.getWorkflowSettings = getWorkflowSettings));

		it('says which n8n it needs before anything is submitted', async () => {
			const { items, error } = await runUnified(sandbox(), provider, {
				operation: 'generateAndWait',
				...request,
			});
			expect(items).toEqual([]);
			expect(error).toMatchObject({
				message: expect.stringContaining('too old to wait'),
				description: expect.stringContaining(`Update n8n to ${OLDER_N8N_VERSION} or newer`),
			});
			expect(sandbox().requests).toEqual([]);
		});

		it('submits without waiting', async () => {
			const { items } = await runUnified(sandbox(), provider, {
				operation: 'generate',
				...request,
			});
			expect(items).toMatchObject([{ json: { status: 'queued' } }]);
		});
	},
);
