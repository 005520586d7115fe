import { splitImageUrls, whyUnfetchable } from '../../../nodes/shared/input/imageUrls';

const one = 'https://cdn.example.org/one.png';
const two = 'http://img.example.com/two.jpg';
const three = 'https://x.example.net/three.webp';

/** Names of signed and resizing image hosts put separators into their URLs. */
const withCommas = 'https://img.example.com/w_100,h_100;q=80,fox.png?box=0,0,10,10';

describe('image URLs in one text', () => {
	it.each([
		['one URL', one, [one]],
		['a space', `${one} ${two}`, [one, two]],
		['several spaces', `${one}   ${two}`, [one, two]],
		['a tab', `${one}\t${two}`, [one, two]],
		['a new line', `${one}\n${two}`, [one, two]],
		['a Windows new line', `${one}\r\n${two}`, [one, two]],
		['empty lines', `${one}\n\n\n${two}`, [one, two]],
		['a no-break space, as pasted from a web page', `${one}\u00a0${two}`, [one, two]],
		['a comma', `${one},${two}`, [one, two]],
		['a comma and a space', `${one}, ${two}`, [one, two]],
		['a space before the comma', `${one} , ${two}`, [one, two]],
		['a comma and a new line', `${one},\n${two}`, [one, two]],
		['a semicolon', `${one};${two}`, [one, two]],
		['a semicolon and spaces', `${one}  ;  ${two}`, [one, two]],
		[
			'a comma before an upper-case scheme',
			`${one},HTTPS://A.example/x`,
			[one, 'HTTPS://A.example/x'],
		],
		['all of them', `${one}, ${two};${three}`, [one, two, three]],
	])('are separated by %s', (_, text, urls) => {
		expect(splitImageUrls(text)).toEqual(urls);
	});

	it.each([
		['a comma', 'https://img.example.com/w_100,h_100/fox.png'],
		['a semicolon', 'https://img.example.com/fox.png;v=2'],
		['commas in the query', 'https://img.example.com/fox.png?box=0,0,10,10'],
		['everything at once', withCommas],
		['a comma before another word', 'https://img.example.com/a,ftp://b'],
		['a comma before a word that starts like one', 'https://img.example.com/a,httpfox'],
		['a comma before https without slashes', 'https://img.example.com/a,https:b'],
		['another URL in the query', 'https://proxy.example.com/?url=https://cdn.example.org/fox.png'],
	])('stay whole with %s inside', (_, url) => {
		expect(splitImageUrls(url)).toEqual([url]);
		expect(splitImageUrls(`${url}, ${one}`)).toEqual([url, one]);
		expect(splitImageUrls(`${one}\n${url}`)).toEqual([one, url]);
	});

	it.each([
		['an empty cell in the middle', `${one}, , ${three}`, [one, three]],
		['an empty cell at the end', `${one}, ${two}, `, [one, two]],
		['an empty cell at the start', `, ${one}`, [one]],
		['two commas', `${one},,${two}`, [one, two]],
		['a semicolon behind the last one', `${one};${two}; `, [one, two]],
		['an empty cell without a space', `${one},`, [one]],
		['separators only', ' , ; ,', []],
	])('leave no trace of %s', (_, text, urls) => {
		expect(splitImageUrls(text)).toEqual(urls);
	});

	it('a semicolon at the end of the only URL belongs to the URL', () => {
		expect(splitImageUrls(`${one}?sig;v=1;`)).toEqual([`${one}?sig;v=1;`]);
	});

	it.each(['\u200b', '\u202a', '\u2060', '\ufeff', '\u200e\u00a0'])(
		'what nobody sees around a URL is left out',
		(character) => {
			expect(splitImageUrls(`${character}${one}${character}`)).toEqual([one]);
		},
	);

	it('white space separates also where no URL follows: the check names what is wrong', () => {
		expect(splitImageUrls(`${one} fox.png`)).toEqual([one, 'fox.png']);
	});

	it.each([
		['nothing', ''],
		['white space', ' \n\t '],
		['null', null],
		['undefined', undefined],
		['an empty array', []],
		['an array of nothing', ['', ' ', null, undefined]],
		['an empty JSON array', '[]'],
	])('%s is no URL', (_, value) => {
		expect(splitImageUrls(value)).toEqual([]);
	});

	it('are trimmed', () => {
		expect(splitImageUrls(`  ${one}\n`)).toEqual([one]);
	});

	it('come once each, in the order of their first mention', () => {
		expect(splitImageUrls(`${two} ${one} ${two} ${three} ${one}`)).toEqual([two, one, three]);
	});

	it('differ by letters: only the same text is the same URL', () => {
		expect(splitImageUrls(`${one} ${one.toUpperCase()}`)).toHaveLength(2);
	});

	it('a long cell of white space takes no time', () => {
		const started = performance.now();
		splitImageUrls(`${one}${' '.repeat(50_000)},${' '.repeat(50_000)}x`);
		expect(performance.now() - started).toBeLessThan(5000);
	});
});

describe('image URLs as JSON or from an expression', () => {
	it.each([
		['an array', [one, two]],
		['an array with white space around the URLs', [` ${one}`, `${two}\n`]],
		['an array that names one twice', [one, two, one]],
		['an array with gaps', [one, null, '', two]],
		['JSON text', JSON.stringify([one, two])],
		['JSON text after a byte order mark', `\ufeff${JSON.stringify([one, two])}`],
		['JSON text between no-break spaces', `\u00a0${JSON.stringify([one, two])}\u00a0`],
		['indented JSON text', `\n  ${JSON.stringify([one, two], null, '\t')}  \n`],
	])('%s', (_, value) => {
		expect(splitImageUrls(value)).toEqual([one, two]);
	});

	it('commas inside the URLs of an array stay', () => {
		expect(splitImageUrls([withCommas, one])).toEqual([withCommas, one]);
		expect(splitImageUrls(JSON.stringify([withCommas, one]))).toEqual([withCommas, one]);
	});

	it.each(['[https://cdn.example.org/one.png]', '["https://cdn.example.org/one.png"', '[', '[1'])(
		'text that only looks like JSON does not break: %s',
		(text) => {
			expect(splitImageUrls(text).every((url) => whyUnfetchable(url))).toBe(true);
		},
	);

	it.each([[5], [true], [{ url: one }], [[{ url: one }]], ['{"url":"x"}']])(
		'what is no URL is handed on for the check to refuse: %j',
		(value) => {
			const urls = splitImageUrls(value);
			expect(urls.length).toBeGreaterThan(0);
			expect(urls.every((url) => whyUnfetchable(url) !== undefined)).toBe(true);
		},
	);
});

describe('image URLs in an array', () => {
	it.each([
		['a cell with two lines', [`${one}\n${two}`], [one, two]],
		['a cell with a comma', [`${one}, ${two}`, three], [one, two, three]],
		['an array of arrays', [[one, two], [[three]]], [one, two, three]],
		['an empty cell', [one, '', null, undefined, two], [one, two]],
		['one twice', [one, [one], ` ${one} `], [one]],
		['a URL with a space, which the check then refuses', [`${one} 2.png`], [`${one} 2.png`]],
		['a cell with JSON', [JSON.stringify([one, two])], [one, two]],
	])('are found in %s', (_, value, urls) => {
		expect(splitImageUrls(value)).toEqual(urls);
		expect(splitImageUrls(JSON.stringify(value))).toEqual(urls);
	});
});

describe('what `URL` would take into the path is no image', () => {
	it.each(['|', '，', '；', '、', ' | '])('two URLs with "%s" between them', (separator) => {
		expect(whyUnfetchable(`${one}${separator}${two}`)).toContain('several URLs');
	});

	it.each(['\u200b', '\u2060', '\u0000', '\u00ad'])('an invisible character', (character) => {
		expect(whyUnfetchable(`${one}${character}`)).toContain('invisible');
	});

	it('a URL in the path of a proxy is accepted', () => {
		expect(whyUnfetchable(`https://proxy.example.com/w=100/${one}`)).toBeUndefined();
	});
});
