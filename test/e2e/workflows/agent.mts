import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { Workflow } from '../../../scripts/n8n/rest.mts';
import { answered } from '../agents/tool.mts';
import { nodeOf } from '../callbackWorkflows.mts';
import { LAST_WORDS, startChatModel } from '../chatModel.mts';
import { setIn, setOptionsIn } from './offered.mts';
import type { Offered } from './offered.mts';

export async function aiAgent({ session, submits, run, imported }: Offered): Promise<void> {
	const { client, sandbox, credentials } = session();
	const model = await startChatModel();
	try {
		const data = { apiKey: 'any', url: model.url };
		const openAi = { name: 'Model of the agent', type: 'openAiApi' };
		const openAiApi = { id: await client.createCredential({ ...openAi, data }), name: openAi.name };

		/** The same message twice. @returns what the tool told the model */
		async function twice(workflow: Workflow, prompt: string): Promise<unknown[]> {
			nodeOf(workflow, 'Chat Model').credentials = { openAiApi };
			// The model that is played here speaks the older of OpenAI's protocols.
			setIn(workflow, 'Chat Model', { responsesApiEnabled: false });
			const message = { sessionId: 'one', action: 'sendMessage', chatInput: 'A fox, please' };
			const id = await client.createWorkflow({
				...workflow,
				pinData: { Chat: [{ json: message }] },
			});
			model.calls = [{ prompt, imageUrls: 'https://cdn.example.org/fox.png' }];
			const told: unknown[] = [];
			for (const execution of [await run(id, 'Chat'), await run(id, 'Chat')]) {
				expect(outputOf(execution, 'Agent')[0].json.output).toBe(LAST_WORDS);
				told.push(...model.toolAnswers().flatMap(answered));
			}
			return told;
		}

		const shipped = await imported('ai-agent.json');
		setOptionsIn(shipped, 'Make Video', { pollInterval: 1 });
		const simulated = await twice(shipped, 'A fox #sandbox:seconds=1');
		const video = expect.objectContaining({ provider: 'simulator', status: 'completed' });
		expect(simulated).toEqual([video, video]);
		expect(sandbox.requests).toEqual([]);

		// With a real provider, each message is an order, as its note says, and the budget holds.
		const paid = await imported('ai-agent.json');
		setIn(paid, 'Make Video', { provider: 'fal' });
		setOptionsIn(paid, 'Make Video', { pollInterval: 1 });
		nodeOf(paid, 'Make Video').credentials = credentials;
		const made = expect.objectContaining({ provider: 'fal', status: 'completed' });
		expect(await twice(paid, 'A fox')).toEqual([made, made]);
		expect(submits()).toBe(2);

		setIn(paid, 'Make Video', { resolution: '4k' });
		const refused = expect.objectContaining({
			jobId: null,
			error: expect.objectContaining({ message: expect.stringMatching(/budget/i), accepted: 'no' }),
		});
		expect(await twice(paid, 'A fox')).toEqual([refused, refused]);
		expect(submits()).toBe(2);
	} finally {
		await model.stop();
	}
}
