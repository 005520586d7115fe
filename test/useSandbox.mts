import { startSandbox } from '../sandbox/server.mts';
import type { Sandbox, SandboxOptions } from '../sandbox/server.mts';

/** One sandbox for the tests of a file; emptied after each of them. */
export function useSandbox(
	jobSeconds = 0.5,
	options: Omit<SandboxOptions, 'jobSeconds'> = {},
): () => Sandbox {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await startSandbox({ jobSeconds, ...options });
	});
	afterEach(() => sandbox.reset());
	afterAll(async () => await sandbox.stop());
	return () => sandbox;
}
