/** `<!-- generated: models -->…<!-- /generated -->` in a document that is written by hand otherwise. */
const marked = /(<!-- generated: (\w+) -->)[^]*?(<!-- \/generated -->)/g;

/** Replaces what stands between the markers; a part of several lines becomes a block of its own. */
export function fillMarkers(document: string, parts: Record<string, string>): string {
	const used = new Set<string>();
	const filled = document.replace(marked, (_, start: string, name: string, end: string, at) => {
		const part = parts[name];
		if (part === undefined) throw new Error(`Nothing is generated for the marker "${name}"`);
		used.add(name);
		if (part.includes('\n')) return `${start}\n\n${part}\n\n${end}`;
		// A comment that begins a line makes the whole line HTML, and Markdown in it is not read.
		if (at === 0 || document[at - 1] === '\n') {
			throw new Error(`The marker "${name}" must not begin a line`);
		}
		return `${start}${part}${end}`;
	});
	const unused = Object.keys(parts).filter((name) => !used.has(name));
	if (unused.length > 0) throw new Error(`There is no marker for ${unused.join(', ')}`);
	return filled;
}

/** A table in Markdown, the first row its head. */
export const markdownTable = ([head, ...rows]: Array<Array<string | number>>): string =>
	[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** "fal.ai, ShortAPI and EvoLink". */
export const inWords = (names: readonly string[]): string =>
	names.length > 0 ? new Intl.ListFormat('en-GB').format(names) : 'none';
