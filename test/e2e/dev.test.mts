import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CACHE, ROOT } from '../../scripts/folders.mts';
import { N8N_VERSION } from '../../scripts/n8n/install.mts';
import { N8nClient } from '../../scripts/n8n/rest.mts';
import { freePort } from '../../scripts/n8n/server.mts';
import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import manifest from '../../package.json';
import { until } from '../../scripts/until.mts';

/** A copy of the repository: what the test changes in it, and what it is killed in the middle of. */
let copy: string;
let dev: ChildProcess | undefined;
let printed = '';

beforeAll(async () => {
	await mkdir(CACHE, { recursive: true });
	copy = await mkdtemp(join(CACHE, 'dev-copy-'));
	const sources = ['nodes', 'credentials', 'icons', 'scripts', 'sandbox', 'tsconfig.json'];
	for (const name of [...sources, 'package.json']) {
		await cp(join(ROOT, name), join(copy, name), { recursive: true });
	}
	await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir');
	const n8n = join('.cache', `n8n-${N8N_VERSION}`);
	await mkdir(join(copy, n8n), { recursive: true });
	await symlink(join(ROOT, n8n, 'node_modules'), join(copy, n8n, 'node_modules'), 'dir');
});

afterAll(async () => {
	if (dev && dev.exitCode === null) {
		dev.kill('SIGKILL');
		await once(dev, 'exit');
		// n8n and the compiler notice that it is gone, and write no more.
		await until('the compiler has ended', () => !isGroupAlive(dev?.pid));
	}
	await rm(copy, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
});

/** A process of the group that the command leads; n8n leads another one. */
function isGroupAlive(leader = 0): boolean {
	try {
		return process.kill(-leader, 0);
	} catch {
		return false;
	}
}

/** `npm run dev` in the copy, until it says where n8n is. */
async function start(port: number): Promise<N8nClient> {
	printed = '';
	const script = join(copy, 'scripts', 'dev.mts');
	const child = spawn(process.execPath, [script, '--port', String(port)], { detached: true });
	dev = child;
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
	}
	await until(
		'n8n has started',
		() => printed.includes('Press Ctrl-C') || child.exitCode !== null,
		120_000,
	);
	if (child.exitCode !== null) throw new Error(`It ended at once:\n${printed}`);
	const client = new N8nClient(`http://127.0.0.1:${port}`);
	await client.logIn();
	return client;
}

async function stop(): Promise<unknown> {
	dev?.kill('SIGINT');
	const [code] = dev ? await once(dev, 'exit') : [];
	return code;
}

const workflow = { name: 'kept', nodes: [], connections: {} };

it('npm run dev shows a changed label, ends as a whole, and keeps the workflows', async () => {
	const port = await freePort();
	const client = await start(port);
	expect(printed).toContain(`http://127.0.0.1:${port}`);
	expect(printed).toMatch(/email .*\n.*password /);
	const own = (await client.nodeTypes()).filter(({ name }) => name.startsWith(`${manifest.name}.`));
	expect(new Set(own.map(({ name }) => name.replace(/Tool$/, ''))).size).toBe(
		manifest.n8n.nodes.length,
	);
	expect(own[0].codex?.resources?.primaryDocumentation).toBeDefined();
	const icon = (own[0].iconUrl as { light: string }).light;
	expect((await fetch(`http://127.0.0.1:${port}/${icon}`)).headers.get('content-type')).toContain(
		'svg',
	);
	const preview = await client.outputSchema(`${manifest.name}.falVeo`, '1.0.0/video/generate');
	expect(preview).toHaveProperty('properties');
	const types = Object.values(sandboxCredentialTypes).sort();
	const credentialTypes = async (n8n: N8nClient) =>
		(await n8n.credentials()).map(({ type }) => type).sort();
	expect(await credentialTypes(client)).toEqual(types);
	const id = await client.createWorkflow(workflow);

	const source = join(copy, 'nodes', 'FalVeo', 'FalVeo.node.ts');
	const text = await readFile(source, 'utf8');
	const changed = text.replace(/displayName: '[^']*'/, "displayName: 'Another label'");
	expect(changed).not.toBe(text);
	await writeFile(source, changed);
	await until('the label is shown', async () =>
		// n8n may be writing them in this moment: then half of them come, or another length than announced.
		JSON.stringify(await client.nodeTypes().catch(() => [])).includes('Another label'),
	);

	expect(await stop()).toBe(0);
	expect(isGroupAlive(dev?.pid)).toBe(false);
	// Nobody is left at n8n's address, and the same data can be used again.
	await freePort(port);
	const again = await start(port);
	expect((await again.workflow(id)).name).toBe(workflow.name);
	expect(await credentialTypes(again)).toEqual(types);
	expect(await stop()).toBe(0);
}, 240_000);
