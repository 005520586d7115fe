/** Directives that every provider understands; each provider adds its own. */
export const commonDirectives: Record<string, string> = {
	'content-policy': 'accepted, then refused by the content filter',
	'image-unreadable': 'accepted, then failed because the first image could not be read',
	'generation-failed': 'accepted, then failed on the provider’s side',
	'no-balance': 'refused at submit: no money left; nothing is accepted',
	'model-unavailable': 'refused at submit: the model is gone; nothing is accepted',
	never: 'accepted, never ends',
	'seconds=N': 'takes N seconds in all',
	'link-gone': 'completes, but its video link has expired: 404',
	'megabytes=N': 'the finished video is a file of N megabytes',
};

export type Directives = ReadonlyMap<string, number>;

/**
 * Reads `#sandbox:name` and `#sandbox:name=number` out of a prompt. `known` holds the names as
 * they are documented, so `seconds=N` stands for a directive with a number.
 */
export function readDirectives(
	prompt: string,
	known: Record<string, string>,
): { directives: Directives; problem?: string } {
	const directives = new Map<string, number>();
	const names = Object.keys(known);
	for (const [, name, value] of prompt.matchAll(/#sandbox:([\w-]+)(?:=([\w.-]*))?/g)) {
		const documented = value === undefined ? name : `${name}=N`;
		// A misspelt directive that is ignored would look like a wrong outcome.
		if (!names.includes(documented)) {
			const problem = `sandbox: no directive "${documented}" here; there are ${names.join(', ')}`;
			return { directives, problem };
		}
		const number = value === undefined ? 1 : Number(value);
		if (value === '' || !Number.isFinite(number) || number < 0) {
			return { directives, problem: `sandbox: "${value}" is not a number in "${documented}"` };
		}
		directives.set(name, number);
	}
	return { directives };
}
