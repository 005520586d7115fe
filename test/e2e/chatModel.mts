import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import express from 'express';
import type { Response } from 'express';

interface ToolCall {
	id: string;
	type: 'function';
	function: { name: string; arguments: string };
}

interface Message {
	role: 'system' | 'user' | 'assistant' | 'tool';
	content: string | null;
	tool_calls?: ToolCall[];
	tool_call_id?: string;
}

interface OfferedTool {
	function: { name: string; description: string; parameters: { properties: object } };
}

interface ChatRequest {
	model: string;
	messages: Message[];
	tools?: OfferedTool[];
	stream?: boolean;
}

export interface ChatModel {
	/** The base URL for an OpenAI credential. */
	readonly url: string;
	readonly requests: ChatRequest[];
	/** What the model calls the first tool with that it is offered: one call each, in one answer. */
	calls: object[];
	/** How often it makes these calls, one answer after the other. */
	rounds: number;
	/** What the tools said, in the order of the calls, as the model got it. */
	toolAnswers(): string[];
	stop(): Promise<void>;
}

/** What the model says when its tools have answered. */
export const LAST_WORDS = 'The videos are ready.';

/** A server that plays OpenAI's chat completions: the model calls its tool, then says it is done. */
export async function startChatModel(): Promise<ChatModel> {
	const requests: ChatRequest[] = [];
	const toolMessages = () =>
		(requests.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool');
	let url = '';
	const model: ChatModel = {
		get url() {
			return url;
		},
		requests,
		calls: [],
		rounds: 1,
		toolAnswers: () =>
			Array.from({ length: model.rounds }, (_, round) =>
				model.calls.map((__, index) => {
					const asked = callId(round, index);
					const answer = toolMessages().find(({ tool_call_id: id }) => id === asked);
					return answer?.content ?? 'no answer';
				}),
			).flat(),
		async stop() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};

	const app = express();
	app.use(express.json({ limit: '5mb' }));
	app.post('/v1/chat/completions', (request, response) => {
		const asked = request.body as ChatRequest;
		requests.push(asked);
		const message = answerTo(asked, model);
		if (asked.stream) stream(response, asked, message);
		else response.json(completion(asked, { message, finish_reason: finishOf(message) }));
	});
	const server = createServer(app);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
	return model;
}

const callId = (round: number, index: number) => `call_${round + 1}_${index + 1}`;

function answerTo(
	{ messages, tools }: ChatRequest,
	{ calls, rounds }: Pick<ChatModel, 'calls' | 'rounds'>,
): Message {
	// Some agents write each call into a message of its own.
	const made = messages.flatMap(({ tool_calls: those = [] }) => those);
	const round = calls.length === 0 ? 0 : made.length / calls.length;
	const tool = tools?.[0].function.name;
	if (round >= rounds || !tool) return { role: 'assistant', content: LAST_WORDS };
	return {
		role: 'assistant',
		content: null,
		tool_calls: calls.map((call, index) => ({
			id: callId(round, index),
			type: 'function',
			function: { name: tool, arguments: JSON.stringify(call) },
		})),
	};
}

const finishOf = (message: Message) => (message.tool_calls ? 'tool_calls' : 'stop');

const completion = ({ model }: ChatRequest, choice: object, object = 'chat.completion') => ({
	id: 'chatcmpl-1',
	object,
	created: Math.floor(Date.now() / 1000),
	model,
	choices: [{ index: 0, ...choice }],
	usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** The same answer as server-sent events. */
function stream(response: Response, asked: ChatRequest, message: Message): void {
	const calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
	response.type('text/event-stream');
	for (const choice of [
		{ delta: { ...message, tool_calls: calls }, finish_reason: null },
		{ delta: {}, finish_reason: finishOf(message) },
	]) {
		const chunk = completion(asked, choice, 'chat.completion.chunk');
		response.write(`data: ${JSON.stringify(chunk)}\n\n`);
	}
	response.end('data: [DONE]\n\n');
}
