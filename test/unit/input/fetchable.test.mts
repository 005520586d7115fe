import { whyUnfetchable } from '../../../nodes/shared/input/imageUrls';

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
