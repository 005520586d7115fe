import type { INode, INodeParameters } from 'n8n-workflow';

import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Execution, Workflow } from '../../scripts/n8n/rest.mts';
import { GENERATOR, newNode } from '../../scripts/n8n/workflow.mts';
import { until } from '../until.mts';
import { LAST_WORDS, startChatModel } from './chatModel.mts';
import type { ChatModel } from './chatModel.mts';
import { useSession, veoWorkflow } from './n8nSession.mts';

/** With a public address, Auto would sleep: only that an agent calls keeps it awake. */
const session = useSession(1, {
	allowHttpCallbacks: true,
	env: { WEBHOOK_URL: 'https://n8n.example.org/' },
});

const LANGCHAIN = '@n8n/n8n-nodes-langchain';
/** How an execution may end here; one that sleeps is as good as lost. */
const ENDS = ['success', 'error', 'crashed', 'canceled', 'waiting'];

let model: ChatModel;
let openAi: { id: string; name: string };

beforeAll(async () => {
	model = await startChatModel();
	const name = 'Chat model';
	const data = { apiKey: 'any', url: model.url };
	const id = await session().client.createCredential({ name, type: 'openAiApi', data });
	openAi = { id, name };
});
afterEach(() => (model.requests.length = 0));
afterAll(async () => await model?.stop());

const node = (name: string, type: string, { parameters, ...rest }: Partial<INode>): INode =>
	newNode(name, type, parameters, rest);

/** The unified node as n8n turns it into a tool, for which the model writes the prompt. */
const tool = (options: INodeParameters, settings: Partial<INode> = {}): INode =>
	node('Make Video', `${GENERATOR}Tool`, {
		parameters: {
			descriptionType: 'manual',
			toolDescription: 'Makes a video',
			resource: 'video',
			operation: 'generateAndWait',
			prompt: "={{ $fromAI('prompt', 'What the video shows', 'string') }}",
			imageUrls: 'https://cdn.example.org/fox.png',
			options: { pollInterval: 1, ...options },
		},
		credentials: session().credentials,
		...settings,
	});

const to = (name: string, type: 'main' | 'ai_tool' | 'ai_languageModel') => ({
	[type]: [[{ node: name, type, index: 0 }]],
});

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

const jobOf = (prompt: string) => {
	const job = session()
		.sandbox.jobs()
		.find((candidate) => candidate.prompt === prompt);
	if (!job) throw new Error(`The sandbox has no job "${prompt}".`);
	return job;
};

/** One submit for each prompt, and nobody is asked to call back. */
function expectPolled(...prompts: string[]): void {
	const { sandbox } = session();
	expect(sandbox.count({ call: 'submit' })).toBe(prompts.length);
	for (const prompt of prompts) {
		expect(jobOf(prompt).callbackUrl).toBeUndefined();
		const asked = sandbox.requests.filter(
			({ call, jobId }) => call === 'status' && jobId === jobOf(prompt).id,
		);
		expect(asked.length).toBeGreaterThan(0);
	}
	expect(sandbox.deliveries).toEqual([]);
}

/** The tool's answer: the job, as JSON text. */
const answered = (answer: string): unknown => JSON.parse(answer);

const completed = (prompt: string) => [
	expect.objectContaining({
		jobId: jobOf(prompt).id,
		status: 'completed',
		videoUrl: jobOf(prompt).videoUrl,
		error: null,
	}),
];

const failed = (prompt: string) => [
	expect.objectContaining({
		jobId: jobOf(prompt).id,
		status: 'failed',
		videoUrl: null,
		error: expect.objectContaining({ code: 'content_policy' }),
	}),
];

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

/** From version 3 on, n8n's engine runs the tool as a node; before, the agent itself calls it. */
const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

/** The next submit is accepted, and answered as if it had not been. */
const loseASubmit = () =>
	session().sandbox.inject({
		call: 'submit',
		fault: { kind: 'status', status: 500, afterHandling: true },
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

	it('hears why nothing was submitted', async () => {
		const settings = { onError: 'continueRegularOutput' } as const;
		await runAgent(typeVersion, ['a fox #sandbox:no-balance'], tool({}, settings));
		expect(model.toolAnswers()).toEqual([expect.stringContaining('the balance is used up')]);
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

interface RpcAnswer {
	result?: Record<string, unknown>;
	error?: unknown;
}

/** A client of the Model Context Protocol over streamable HTTP. */
class McpClient {
	private lastId = 0;

	private readonly headers: Record<string, string> = {
		'Content-Type': 'application/json',
		Accept: 'application/json, text/event-stream',
	};

	private readonly url: string;

	constructor(url: string) {
		this.url = url;
	}

	async connect(): Promise<void> {
		await this.request('initialize', {
			protocolVersion: '2025-06-18',
			capabilities: {},
			clientInfo: { name: 'test', version: '1.0.0' },
		});
		await this.post({ method: 'notifications/initialized' });
	}

	async request(method: string, params: object): Promise<Record<string, unknown>> {
		const text = await this.post({ id: ++this.lastId, method, params });
		const [, data] = /^data: (.*)$/m.exec(text) ?? [];
		const { result, error } = JSON.parse(data ?? text) as RpcAnswer;
		if (!result) throw new Error(`${method} failed: ${JSON.stringify(error)}`);
		return result;
	}

	private async post(message: object): Promise<string> {
		const { headers } = this;
		const body = JSON.stringify({ jsonrpc: '2.0', ...message });
		const response = await fetch(this.url, { method: 'POST', headers, body });
		const text = await response.text();
		if (!response.ok) throw new Error(`${response.status}: ${text}`);
		const sessionId = response.headers.get('mcp-session-id');
		if (sessionId) headers['mcp-session-id'] = sessionId;
		return text;
	}
}

describe('MCP Server Trigger', () => {
	/** Publishes the tool and connects to it. */
	async function connect(veo: INode): Promise<{ mcp: McpClient; workflowId: string }> {
		const { client, n8n } = session();
		const path = crypto.randomUUID();
		const workflowId = await client.createWorkflow({
			name: 'mcp',
			nodes: [
				node('Server', `${LANGCHAIN}.mcpTrigger`, {
					typeVersion: 2,
					webhookId: path,
					parameters: { authentication: 'none', path },
				}),
				veo,
			],
			connections: { [veo.name]: to('Server', 'ai_tool') },
		});
		await client.activate(workflowId);
		const url = `${n8n.url}/mcp/${path}`;
		await until('the trigger is registered', async () => {
			const { status } = await fetch(url, { method: 'POST' });
			return status !== 404;
		});
		const mcp = new McpClient(url);
		await mcp.connect();
		return { mcp, workflowId };
	}

	const makeVideo = async (mcp: McpClient, prompt: string) =>
		await mcp.request('tools/call', { name: 'Make_Video', arguments: { prompt } });

	const text = (result: Record<string, unknown>) => {
		const [{ text: answer }] = result.content as Array<{ text: string }>;
		return answered(answer);
	};

	it.each(['auto', 'callback'])('gives the finished video, with %s', async (waitStrategy) => {
		const { client } = session();
		const { mcp, workflowId } = await connect(tool({ waitStrategy }));
		expect(await mcp.request('tools/list', {})).toEqual({
			tools: [
				expect.objectContaining({
					name: 'Make_Video',
					description: 'Makes a video',
					inputSchema: expect.objectContaining({
						properties: { prompt: { type: 'string', description: 'What the video shows' } },
					}),
				}),
			],
		});
		const result = await makeVideo(mcp, 'a fox');
		expect(result.isError).toBeFalsy();
		expect(text(result)).toEqual(completed('a fox'));
		expectPolled('a fox');
		// While an execution ends, n8n's list may miss it.
		let statuses: string[] = [];
		await until('it has run', async () => {
			statuses = (await client.executionsOf(workflowId)).map(({ status }) => status);
			return statuses.some((status) => ENDS.includes(status));
		});
		expect(statuses).toEqual(['success']);
	});

	it('two calls at once make two videos', async () => {
		const { mcp } = await connect(tool({ waitStrategy: 'callback' }));
		const prompts = ['a fox', 'an owl'];
		const results = await Promise.all(prompts.map(async (prompt) => await makeVideo(mcp, prompt)));
		expectPolled(...prompts);
		expect(results.map(text)).toEqual(prompts.map(completed));
	});

	it('says why a video failed', async () => {
		const { mcp } = await connect(tool({ waitStrategy: 'callback' }));
		const prompt = 'a fox #sandbox:content-policy';
		expect(text(await makeVideo(mcp, prompt))).toEqual(failed(prompt));
		expectPolled(prompt);
	});

	it('Retry On Fail does not send again what may be billed, and the caller hears of it', async () => {
		loseASubmit();
		const { mcp } = await connect(tool({}, retrying));
		const result = await makeVideo(mcp, 'a fox');
		expect(session().sandbox.count({ call: 'submit' })).toBe(1);
		expect(JSON.stringify(result)).toContain('may have accepted and billed');
	});
});
