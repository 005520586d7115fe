import type { INode, INodeParameters } from 'n8n-workflow';

import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Execution, Workflow } from '../../scripts/n8n/rest.mts';
import { until } from '../../scripts/until.mts';
import { testMcp } from './agents/mcp.mts';
import { answered, ENDS, LANGCHAIN, node, retrying, to, toolCallsIn } from './agents/tool.mts';
import { LAST_WORDS, startChatModel } from './chatModel.mts';
import type { ChatModel } from './chatModel.mts';
import { useSession, veoWorkflow } from './n8nSession.mts';

/** With a public address, Auto would sleep: only that an agent calls keeps it awake. */
const session = useSession(1, {
	allowHttpCallbacks: true,
	env: { WEBHOOK_URL: 'https://n8n.example.org/' },
});

const toolCalls = toolCallsIn(session);
const { tool, jobOf, expectPolled, completed, failed, loseASubmit } = toolCalls;

let model: ChatModel;
let openAi: { id: string; name: string };

beforeAll(async () => {
	model = await startChatModel();
	const name = 'Chat model';
	const data = { apiKey: 'any', url: model.url };
	const id = await session().client.createCredential({ name, type: 'openAiApi', data });
	openAi = { id, name };
});
afterEach(() => {
	model.requests.length = 0;
	model.rounds = 1;
});
afterAll(async () => await model?.stop());

/** Start → Agent, with the chat model and the tool. */
const agentWorkflow = (typeVersion: number, veo: INode): Workflow => ({
	name: 'agent',
	nodes: [
		node('Start', 'n8n-nodes-base.manualTrigger', {}),
		node('Agent', `${LANGCHAIN}.agent`, {
			typeVersion,
			parameters: {
				// Only versions before 2 have this choice.
				...(typeVersion < 2 ? { agent: 'toolsAgent' } : {}),
				promptType: 'define',
				text: 'Make the videos',
				options: {},
			},
		}),
		node('Chat', `${LANGCHAIN}.lmChatOpenAi`, {
			typeVersion: 1.3,
			parameters: {
				model: { __rl: true, mode: 'id', value: 'gpt-5-mini' },
				responsesApiEnabled: false,
				options: { maxRetries: 0 },
			},
			credentials: { openAiApi: openAi },
		}),
		veo,
	],
	connections: {
		Start: to('Agent', 'main'),
		Chat: to('Agent', 'ai_languageModel'),
		[veo.name]: to('Agent', 'ai_tool'),
	},
});

/** Waits until it has ended or sleeps, which a tool must never do. */
async function ended(id: string): Promise<Execution> {
	let execution: Execution | undefined;
	await until(
		'the execution ends',
		async () => {
			execution = await session().client.getExecution(id);
			return ENDS.includes(execution.status);
		},
		20_000,
	);
	return execution as Execution;
}

/** The agent runs, and its model makes these calls at once. */
async function runAgent(typeVersion: number, prompts: string[], veo: INode): Promise<Execution> {
	const { client } = session();
	model.calls = prompts.map((prompt) => ({ prompt }));
	const workflowId = await client.createWorkflow(agentWorkflow(typeVersion, veo));
	const execution = await ended(await client.runWorkflow(workflowId, 'Start'));
	const { status, data } = execution;
	expect({ status, error: data.resultData.error }).toEqual({ status: 'success' });
	return execution;
}

it.each(['auto', 'callback'])('without an agent, %s sleeps here', async (waitStrategy) => {
	const { client, sandbox } = session();
	const workflow = veoWorkflow(session(), {
		prompts: ['a fox #sandbox:seconds=600'],
		parameters: { operation: 'generateAndWait', options: { waitStrategy } },
	});
	const id = await client.runWorkflow(await client.createWorkflow(workflow), 'Start');
	expect((await ended(id)).status).toBe('waiting');
	expect(sandbox.jobs()[0].callbackUrl).toContain('https://n8n.example.org/webhook-waiting/');
	await client.stopExecution(id);
});

describe.each([3.1, 2.2, 1.7])('AI Agent %s', (typeVersion) => {
	it.each(['auto', 'callback'])('gets the finished video, with %s', async (waitStrategy) => {
		const execution = await runAgent(typeVersion, ['a fox'], tool({ waitStrategy }));
		expectPolled('a fox');
		expect(model.requests).toHaveLength(2);
		expect(model.requests[0].tools).toEqual([
			expect.objectContaining({
				function: expect.objectContaining({ name: 'Make_Video', description: 'Makes a video' }),
			}),
		]);
		expect(model.toolAnswers().map(answered)).toEqual([completed('a fox')]);
		expect(outputOf(execution, 'Agent')[0].json.output).toBe(LAST_WORDS);
	});

	it('two calls in one answer make two videos', async () => {
		const prompts = ['a fox', 'an owl'];
		await runAgent(typeVersion, prompts, tool({ waitStrategy: 'callback' }));
		expectPolled(...prompts);
		expect(model.toolAnswers().map(answered)).toEqual(prompts.map(completed));
	});

	it('hears why a video failed', async () => {
		const prompt = 'a fox #sandbox:content-policy';
		await runAgent(typeVersion, [prompt], tool({ waitStrategy: 'callback' }));
		expectPolled(prompt);
		expect(model.toolAnswers().map(answered)).toEqual([failed(prompt)]);
	});

	it('Retry On Fail does not send again what may be billed, and the model hears of it', async () => {
		loseASubmit();
		await runAgent(typeVersion, ['a fox'], tool({}, retrying));
		expect(session().sandbox.count({ call: 'submit' })).toBe(1);
		expect(model.toolAnswers()).toEqual([expect.stringContaining('may have accepted and billed')]);
		expect(model.toolAnswers()).toEqual([expect.stringContaining('not sent again')]);
	});

	it('gets the same video for the same call, at once and later', async () => {
		model.rounds = 2;
		const prompts = ['a fox', 'a fox'];
		await runAgent(typeVersion, prompts, tool({}));
		expectPolled('a fox');
		expect(model.toolAnswers().map(answered)).toEqual(
			[...prompts, ...prompts].map(() => completed('a fox')),
		);
	});

	it('is told not to call again for what may be billed, and pays for it once', async () => {
		loseASubmit();
		model.rounds = 2;
		await runAgent(typeVersion, ['a fox'], tool({}));
		expect(session().sandbox.count({ call: 'submit' })).toBe(1);
		const told = expect.stringMatching(/"retryable":false.*"accepted":"maybe"/);
		expect(model.toolAnswers()).toEqual([told, told]);
		const advice = expect.stringContaining('Do not call this tool again');
		expect(model.toolAnswers()).toEqual([advice, advice]);
	});

	it('hears why nothing was submitted', async () => {
		const settings = { onError: 'continueRegularOutput' } as const;
		await runAgent(typeVersion, ['a fox #sandbox:no-balance'], tool({}, settings));
		expect(model.toolAnswers()).toEqual([expect.stringContaining('the balance is used up')]);
	});

	it('gets a simulated video, with no credential in the tool', async () => {
		const simulated = tool({}, { credentials: undefined });
		simulated.parameters.provider = 'simulator';
		await runAgent(typeVersion, ['a fox #sandbox:seconds=1'], simulated);
		expect(model.toolAnswers().map(answered)).toEqual([
			[expect.objectContaining({ provider: 'simulator', status: 'completed', error: null })],
		]);
		expect(session().sandbox.requests).toEqual([]);
	});
});

describe('Workflow Tool, whose workflow generates', () => {
	/** Called by the agent, it makes the video; n8n calls only what is published. */
	async function workflowTool(prompt: string, options: INodeParameters): Promise<INode> {
		const { client } = session();
		const workflow = veoWorkflow(session(), {
			prompts: [prompt],
			parameters: { operation: 'generateAndWait', options: { pollInterval: 1, ...options } },
		});
		workflow.nodes[0] = node('Start', 'n8n-nodes-base.executeWorkflowTrigger', {
			typeVersion: 1.1,
			parameters: { inputSource: 'passthrough' },
		});
		const id = await client.createWorkflow(workflow);
		await client.activate(id);
		return node('Make Video', `${LANGCHAIN}.toolWorkflow`, {
			typeVersion: 2.2,
			parameters: {
				description: 'Makes a video',
				workflowId: { __rl: true, mode: 'id', value: id },
				workflowInputs: { mappingMode: 'defineBelow', value: {}, schema: [] },
			},
		});
	}

	/** Starts the agent, and calls back when the workflow of its tool sleeps. */
	async function runAsleep(typeVersion: number, prompt: string): Promise<Execution> {
		const { client, sandbox, n8n } = session();
		const veo = await workflowTool(prompt, { waitStrategy: 'callback' });
		model.calls = [{}];
		const workflow = await client.createWorkflow(agentWorkflow(typeVersion, veo));
		const id = await client.runWorkflow(workflow, 'Start');
		await until(
			'the agent waits',
			async () => (await client.getExecution(id)).status === 'waiting',
		);
		const { id: jobId } = jobOf(prompt);
		sandbox.finish(jobId);
		await sandbox.deliver(jobId, {
			mutate: (message) => ({
				...message,
				url: message.url.replace('https://n8n.example.org', n8n.url),
			}),
		});
		return await client.waitForExecution(id);
	}

	it('sleeps, and an agent 3.1 goes on with the finished video', async () => {
		const prompt = 'a fox #sandbox:seconds=600';
		expect((await runAsleep(3.1, prompt)).status).toBe('success');
		expect(model.toolAnswers().map(answered)).toEqual([completed(prompt)]);
	});

	it('sleeps, and n8n lets an agent 2.2 go on without the video', async () => {
		await runAsleep(2.2, 'a fox #sandbox:seconds=600');
		expect(model.toolAnswers()).toEqual([expect.stringContaining('Sub-workflow is paused')]);
	});

	it.each([3.1, 2.2])('with Auto polls for an agent %s', async (typeVersion) => {
		await runAgent(typeVersion, ['a fox'], await workflowTool('a fox', { waitStrategy: 'auto' }));
		expectPolled('a fox');
		expect(model.toolAnswers().map(answered)).toEqual([completed('a fox')]);
	});
});

testMcp(toolCalls);
