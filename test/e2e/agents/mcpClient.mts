interface RpcAnswer {
	result?: Record<string, unknown>;
	error?: unknown;
}

/** A client of the Model Context Protocol over streamable HTTP. */
export class McpClient {
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
