import type { INode, INodeParameters } from 'n8n-workflow';

import { GENERATOR, newNode } from '../../../scripts/n8n/workflow.mts';
import type { TestSession } from '../n8nSession.mts';

export const LANGCHAIN = '@n8n/n8n-nodes-langchain';
/** How an execution may end here; one that sleeps is as good as lost. */
export const ENDS = ['success', 'error', 'crashed', 'canceled', 'waiting'];

export const node = (name: string, type: string, { parameters, ...rest }: Partial<INode>): INode =>
	newNode(name, type, parameters, rest);

export const to = (name: string, type: 'main' | 'ai_tool' | 'ai_languageModel') => ({
	[type]: [[{ node: name, type, index: 0 }]],
});

/** From version 3 on, n8n's engine runs the tool as a node; before, the agent itself calls it. */
export const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

/** The tool's answer: the job, as JSON text. */
export const answered = (answer: string): unknown => JSON.parse(answer);

/** The node as a tool, and what becomes of its jobs. */
export type ToolCalls = ReturnType<typeof toolCallsIn>;

export function toolCallsIn(session: () => TestSession) {
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

	/** The next submit is accepted, and answered as if it had not been. */
	const loseASubmit = () =>
		session().sandbox.inject({
			call: 'submit',
			fault: { kind: 'status', status: 500, afterHandling: true },
		});

	return { session, tool, jobOf, expectPolled, completed, failed, loseASubmit };
}
