// What sleeping executions hold in n8n's memory: those that our node has put to sleep, beside those of
// n8n's own Wait node.
import { setTimeout as pause } from 'node:timers/promises';

import type { INode } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import { startSession } from '../n8n/session.mts';
import type { Session } from '../n8n/session.mts';
import { GENERATOR, inTurn, newNode } from '../n8n/workflow.mts';
import { packPackage } from '../pack.mts';
import { INSPECTED, memoryAfterCollection } from './inspector.mts';
import { printTable } from './table.mts';
import { startMany, startNode } from './webhookRuns.mts';

const PROVIDER = 'evolink';
const SETTLE_MS = 20_000;

/** In the order in which they fall asleep, each on top of those before. */
const sleepers: Record<string, (session: Session) => INode> = {
	"n8n's Wait node": () =>
		newNode('Wait', 'n8n-nodes-base.wait', { amount: 15, unit: 'minutes' }, { typeVersion: 1.1 }),
	'by callback': (session) => veo(session, 'generateAndWait', 'callback'),
	'on the watcher': (session) => veo(session, 'generateAndWait', 'auto'),
};

/** Prints the table. */
export async function benchMemory(asleep: number, kilobytes: number): Promise<void> {
	await installN8n(N8N_VERSION, (progress) => console.log(progress));
	const session = await startSession({
		tarball: await packPackage(),
		jobSeconds: 3600,
		fileFolders: [],
		allowHttpCallbacks: true,
		env: INSPECTED,
	});
	try {
		await compare(session, asleep, kilobytes);
	} finally {
		await session.close();
	}
}

async function compare(session: Session, asleep: number, kilobytes: number): Promise<void> {
	console.log(
		`Memory of n8n with ${asleep} executions asleep that began with ${kilobytes} KB each`,
	);
	const body = { prompt: 'A fox', text: 'x'.repeat(kilobytes * 1024) };
	const run = async (name: string, node: INode) => {
		await runMany(session, { name, node, body, count: asleep });
		await pause(SETTLE_MS);
		return await memoryAfterCollection(session.n8n.logFile);
	};
	// The same work without the sleep first: a process that has just started has not grown yet.
	const idle = await run('idle', veo(session, 'generate'));
	let before = idle;
	let sleeping = 0;
	const rows = [];
	for (const [name, nodeFor] of Object.entries(sleepers)) {
		const now = await run(name, nodeFor(session));
		sleeping += asleep;
		const { length } = await session.client.executionsWith('waiting');
		if (length !== sleeping) throw new Error(`${length} executions are asleep, not ${sleeping}.`);
		const held = now.held - before.held;
		const resident = now.resident - before.resident;
		rows.push([
			name,
			held.toFixed(1),
			((held / asleep) * 1024).toFixed(0),
			(1 + held / idle.held).toFixed(2),
			resident.toFixed(0),
			(1 + resident / idle.resident).toFixed(2),
		]);
		before = now;
	}
	printTable([
		['', 'MB held', 'KB each', 'of idle', 'MB resident', 'of idle'],
		['idle', idle.held.toFixed(1), '', '1.00', idle.resident.toFixed(0), '1.00'],
		...rows,
	]);
	console.log(
		`Idle: after ${asleep} executions that did not sleep, in the same process. Held: what is in use after a\n` +
			'garbage collection. A sleeping row is what its executions have added, and the ratio that they alone would make.',
	);
}

function veo({ credentials }: Session, operation: string, waitStrategy?: string): INode {
	const type = sandboxCredentialTypes[PROVIDER];
	return newNode(
		'Veo',
		GENERATOR,
		{
			...{ provider: PROVIDER, model: 'veo-3.1-generate-preview', resource: 'video', operation },
			...{ prompt: '={{ $json.body.prompt }}', imageUrls: 'https://cdn.example.org/fox.png' },
			options: waitStrategy ? { waitStrategy } : {},
		},
		{ credentials: { [type]: credentials[type] } },
	);
}

interface Runs {
	name: string;
	/** Behind the webhook. */
	node: INode;
	body: object;
	count: number;
}

/** As many executions of a published workflow, started through its webhook, until each has ended or sleeps. */
async function runMany(session: Session, { name, node, body, count }: Runs): Promise<void> {
	const nodes = [startNode(), node, newNode('Next', 'n8n-nodes-base.noOp')];
	const workflow = { name, nodes, connections: inTurn(nodes) };
	const bodies = Array.from({ length: count }, () => body);
	const id = await startMany(session, workflow, bodies);
	for (;;) {
		const running = await session.client.executionsOf(id);
		if (running.every(({ status }) => ['waiting', 'success'].includes(status))) return;
		const failed = running.find(({ status }) => ['error', 'crashed'].includes(status));
		if (failed) throw new Error(`Execution ${failed.id} of "${name}" is ${failed.status}.`);
		await pause(1000);
	}
}
