import {
	isTooLong,
	maxCellLength,
	splitImageUrls,
	whyUnfetchable,
} from '../../../nodes/shared/input/imageUrls';

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
});

describe('what a cell may hold', () => {
	it.each([' ', ',', ';', ', ', '\u200b', '\t\n', '[', 'https://', ',https:/', '\u00a0;'])(
		'a full cell of %j is no more work than its length',
		(piece) => {
			const cell = `x${piece.repeat(maxCellLength / piece.length)}x`;
			for (const value of [cell, [cell], JSON.stringify([cell])])
				expect(splitImageUrls(value).length).toBeGreaterThan(0);
		},
	);

	it('is a few thousand characters, whatever their shape', () => {
		const most = 'x'.repeat(maxCellLength);
		expect(isTooLong(most)).toBe(false);
		for (const value of [`${most}x`, [most], { url: most }, Array(5).fill(most.slice(5000))])
			expect(isTooLong(value)).toBe(true);
		for (const value of [undefined, null, 5, '', [], [one, two]])
			expect(isTooLong(value)).toBe(false);
	});

	it('lists in lists are read to a depth, and what lies deeper is no URL', () => {
		const nested = (depth: number) => `${'['.repeat(depth)}"${one}"${']'.repeat(depth)}`;
		expect(splitImageUrls(nested(9))).toEqual([one]);
		for (const cell of [nested(12), nested(10_000)]) {
			const urls = splitImageUrls(cell);
			expect(urls.map((url) => whyUnfetchable(url))).toEqual(['is not a URL']);
		}
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

/** Hosts as they stand between `https://` and the path. */
const publicHosts = [
	'cdn.example.org',
	'CDN.Example.ORG',
	'cdn.example.org.',
	'cdn.example.org:8443',
	'münchen.example.org',
	'local.example.org',
	'localhost.example.org',
	'internal.example.org',
	'10.example.org',
	'127.0.0.1.example.org',
	'1.1.1.1',
	'8.8.8.8:8080',
	'9.255.255.255',
	'11.0.0.0',
	'100.63.255.255',
	'100.128.0.0',
	'126.255.255.255',
	'128.0.0.1',
	'169.253.255.255',
	'169.255.0.0',
	'172.15.255.255',
	'172.32.0.0',
	'192.167.255.255',
	'192.169.0.0',
	'198.17.255.255',
	'198.20.0.0',
	'223.255.255.255',
	'[2606:4700:4700::1111]',
	'[2001:4860:4860::8888]:8443',
	'[::ffff:8.8.8.8]',
];

const privateHosts = {
	'loopback, in every spelling of IPv4': [
		'127.0.0.1',
		'127.0.0.1:8080',
		'127.255.255.254',
		'127.1',
		'127.0.1',
		'2130706433',
		'0x7f000001',
		'0x7F.0.0.1',
		'0x7f.1',
		'0177.0.0.1',
		'017700000001',
		'127.0.0.1.',
		'%31%32%37.0.0.1',
		'127。0。0。1',
		'１２７.0.0.1',
	],
	'this network': ['0.0.0.0', '0', '0.1.2.3'],
	'private networks': [
		'10.0.0.1',
		'10.255.255.255',
		'167772161',
		'0xa.0.0.1',
		'012.0.0.1',
		'172.16.0.1',
		'172.31.255.255',
		'192.168.0.1',
		'192.168.255.255:9000',
		'192.168.1',
		'3232235777',
		'0xc0a80101',
	],
	'shared address space': ['100.64.0.1', '100.127.255.255'],
	'link-local, where clouds keep their secrets': ['169.254.169.254', '169.254.0.1', '2852039166'],
	benchmarking: ['198.18.0.1', '198.19.255.255'],
	'multicast, reserved and broadcast': ['224.0.0.1', '239.1.2.3', '240.0.0.1', '255.255.255.255'],
	'IPv6 loopback and unspecified': ['[::1]', '[::1]:8080', '[0:0:0:0:0:0:0:1]', '[::]', '[0::0]'],
	'IPv6 unique local': ['[fc00::1]', '[fd12:3456:789a::1]', '[FDFF::1]'],
	'IPv6 link-local': ['[fe80::1]', '[FE80::1]', '[febf::1]'],
	'IPv6 multicast': ['[ff02::1]', '[ff0e::1]'],
	'IPv4 in IPv6': [
		'[::ffff:127.0.0.1]',
		'[::ffff:7f00:1]',
		'[::FFFF:10.0.0.1]',
		'[0:0:0:0:0:ffff:192.168.1.1]',
		'[::ffff:169.254.169.254]',
		'[::ffff:0.0.0.0]',
		'[::127.0.0.1]',
		'[64:ff9b::10.0.0.1]',
	],
	'names of the own machine and network': [
		'localhost',
		'localhost:3000',
		'LocalHost',
		'localhost.',
		'app.localhost',
		'nas',
		'NAS:5000',
		'intranet.',
		'printer.local',
		'PRINTER.LOCAL',
		'printer.local.',
		'metadata.google.internal',
		'metadata.google.internal.',
		'router.lan',
		'router.home.arpa',
		'shop.test',
	],
};

describe('an image URL that the provider can reach passes', () => {
	it.each(publicHosts)('%s', (host) => {
		expect(whyUnfetchable(`https://${host}/fox.png`)).toBeUndefined();
		expect(whyUnfetchable(`http://${host}`)).toBeUndefined();
	});

	it.each([
		'HTTPS://cdn.example.org/fox.png',
		'https://cdn.example.org/fox.png?signature=a%2Fb==&expires=1#top',
		'https://cdn.example.org/w_100,h_100/fox.png',
		'https://cdn.example.org/füchse/日本.png',
		'https://cdn.example.org/?url=http://127.0.0.1/x.png',
		'https://cdn.example.org/@user/fox.png',
	])('%s', (url) => {
		expect(whyUnfetchable(url)).toBeUndefined();
	});
});

describe.each(Object.entries(privateHosts))('%s', (_, hosts) => {
	it.each(hosts)('%s is refused', (host) => {
		expect(whyUnfetchable(`https://${host}/fox.png`)).toMatch(/private network/);
		expect(whyUnfetchable(`http://${host}`)).toMatch(/private network/);
	});
});

describe('what is no http(s) URL is refused', () => {
	it.each([
		['nothing', ''],
		['a file name', 'fox.png'],
		['a host alone', 'cdn.example.org/fox.png'],
		['a path', '/images/fox.png'],
		['a scheme alone', 'https://'],
		['a space in the host', 'https://cdn example.org/fox.png'],
		['a port that does not exist', 'https://cdn.example.org:99999/fox.png'],
		['an address that does not exist', 'https://256.1.1.1/fox.png'],
		['[object Object]', '[object Object]'],
	])('%s', (_, url) => {
		expect(whyUnfetchable(url)).toMatch(/is not a URL|does not start with/);
	});

	it.each([
		'ftp://cdn.example.org/fox.png',
		'file:///home/user/fox.png',
		'data:image/png;base64,iVBORw0KGgo=',
		'javascript:alert(1)',
		'blob:https://cdn.example.org/1',
		's3://bucket/fox.png',
		'gs://bucket/fox.png',
		'//cdn.example.org/fox.png',
		// A URL parser repairs these; a provider's HTTP client does not.
		'https:/cdn.example.org/fox.png',
		'https:cdn.example.org/fox.png',
		'https:\\\\cdn.example.org\\fox.png',
	])('%s', (url) => {
		expect(whyUnfetchable(url)).toMatch(/is not a URL|does not start with/);
	});
});

describe('a name or password in the URL is refused: it would be handed to the provider', () => {
	it.each([
		'https://user:secret@cdn.example.org/fox.png',
		'https://user@cdn.example.org/fox.png',
		'https://:secret@cdn.example.org/fox.png',
		'https://cdn.example.org@other.example/fox.png',
	])('%s', (url) => {
		const reason = whyUnfetchable(url);
		expect(reason).toMatch(/user name or password/);
		expect(reason).not.toContain('secret');
	});
});
