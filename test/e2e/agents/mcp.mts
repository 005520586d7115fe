import type { INode } from 'n8n-workflow';

import { until } from '../../../scripts/until.mts';
import { McpClient } from './mcpClient.mts';
import { answered, ENDS, LANGCHAIN, node, retrying, to } from './tool.mts';
import type { ToolCalls } from './tool.mts';

/** n8n's own server of the Model Context Protocol calls the tool. */
export function testMcp({
	session,
	tool,
	expectPolled,
	completed,
	failed,
	loseASubmit,
}: ToolCalls): void {
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
			const results = await Promise.all(
				prompts.map(async (prompt) => await makeVideo(mcp, prompt)),
			);
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
}
