/** What each word is called in all that users read: one word for one thing. */
const vocabulary: Array<[other: RegExp, word: string]> = [
	[/\b(reseller|seller|vendor|supplier)s?\b/i, 'provider'],
	[/\b(task|prediction)s?\b/i, 'job'],
	[/(?<!\bPerson )\bgenerations?\b(?!-)/i, 'job'],
	// AI/ML API's own name for something else.
	[/(?<!\bclient )\brequest IDs?\b/i, 'job ID'],
	[/\b(clip|movie|footage)s?\b/i, 'video'],
	[/\brender(s|ed|ing)?\b/i, 'make'],
	[/\b(source|input|reference) (photo|picture)s?\b/i, 'reference image'],
	// n8n's own are a node and a kind of process.
	[/(?<!\/)\bwebhooks?\b(?! process)|\bhooks?\b/, 'callback'],
	[/\b(suspend|hibernate)(s|d|ed)?\b/i, 'sleep'],
	// In a prompt, it is what one hears.
	[/(?<!\blight and )\bsounds?\b/i, 'audio'],
	// In n8n's own text of Simplify.
	[/(?<!\bsimplified version of the )\bresponses?\b/i, 'answer'],
	[/\bnode that generates\b/i, 'generating node'],
	[/\bJob\*?[:,] \*?Get\b/, 'Job > Get'],
	[/\bcancell(ed|ing)\b/i, 'canceled'],
	[/\banew\b/i, 'again'],
	[/\byields?\b/i, 'returns'],
];

/** The words that have another name here, as `clip (video)`. */
export const otherWordsIn = (text: string): string[] =>
	vocabulary.flatMap(([other, word]) => {
		const [found] = other.exec(text) ?? [];
		return found === undefined ? [] : [`${found} (${word})`];
	});
