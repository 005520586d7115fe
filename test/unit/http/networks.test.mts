import { BlockList, isIPv4 } from 'node:net';

import { mayOpen, networkOf } from '../../../nodes/shared/http/networks';
import { providers } from '../../../nodes/shared/registry';
import { itemWith } from '../../item.mts';

const of = (host: string) => networkOf(new URL(`http://${host}/x`));

/** Some at the edges of their ranges, so that a wrong length of a prefix shows. */
const privateHosts = {
	'6to4, whatever it leads to': ['[2002:7f00:1::]', '[2002:a00:1::1]', '[2002:808:808::1]'],
	'relays of 6to4': ['192.88.99.1', '192.88.99.255'],
	Teredo: ['[2001::1]', '[2001:0:53aa:64c:0:7bfb:f5ff:fffe]', '[2001:1ff:ffff::1]'],
	'NAT64 of private addresses': ['[64:ff9b::7f00:1]', '[64:ff9b::192.168.0.1]'],
	'NAT64 of a network’s own': ['[64:ff9b:1::808:808]', '[64:ff9b:1:ffff::1]'],
	'IPv4 mapped into IPv6': ['[::ffff:127.0.0.1]', '[::ffff:a00:1]', '[0:0:0:0:0:ffff:10.1.2.3]'],
	'IPv4 compatible with IPv6': ['[::127.0.0.1]', '[::10.0.0.1]', '[::]', '[::1]'],
	'IPv4 translated into IPv6': ['[::ffff:0:127.0.0.1]', '[::ffff:0:a00:1]'],
	'IPv6 of the own network': ['[fc00::]', '[fdff:ffff::1]', '[fec0::1]', '[feff::1]', '[ff02::1]'],
	'IPv6 for nothing': ['[100::1]', '[5f00::1]'],
	'IPv4 for protocols': ['192.0.0.1', '192.0.0.255'],
	'the shared address space of carriers': ['100.64.0.0', '100.127.255.255'],
	'IPv4 in other spellings': ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '0'],
	'names of companies and homes': [
		...['nas', 'wiki.corp', 'x.intranet', 'printer.local', 'tv.lan', 'x.home', 'x.home.arpa'],
		...['x.internal', 'x.private', 'pc.localdomain', 'a.b.localhost', 'WIKI.CORP'],
	],
	'names with dots at their end': [
		'localhost.',
		'localhost..',
		'x.internal.',
		'127.0.0.1..',
		'nas.',
	],
	'names in other characters': ['x。internal', 'ｌocalhost', '%6cocalhost'],
};

const metadataHosts = [
	...['169.254.169.254', '169.254.170.2', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]'],
	...[
		'[64:ff9b::a9fe:a9fe]',
		'[fd00:ec2::254]',
		'[fd20:ce::254]',
		'[fe80::a9fe:a9fe]',
		'[febf::1]',
	],
	...['100.100.100.200', '168.63.129.16', '192.0.0.192'],
	...[
		'metadata.google.internal',
		'metadata.google.internal.',
		'METADATA.google.internal',
		'metadata',
	],
	...['instance-data.ec2.internal', 'instance-data'],
];

const publicHosts = [
	...['example.com', 'example.com.', 'corp.example.com', 'metadata.example.com', 'x.internal.com'],
	...['8.8.8.8', '100.63.255.255', '100.128.0.0', '169.253.255.255', '169.255.0.0', '192.0.1.0'],
	...['168.63.129.15', '168.63.129.17', '223.255.255.255', '192.88.98.255', '192.88.100.0'],
	...[
		'[2606:4700:4700::1111]',
		'[2001:200::1]',
		'[2001:4860:4860::8888]',
		'[2003::1]',
		'[2a00::1]',
	],
	...[
		'[::ffff:8.8.8.8]',
		'[64:ff9b::808:808]',
		'[fbff::1]',
		'[fe00::1]',
		'[101::1]',
		'[64:ff9b:2::1]',
	],
];

describe.each(Object.entries(privateHosts))('%s', (_, hosts) => {
	it.each(hosts)('%s is private', (host) => {
		expect(of(host)).toBe('private');
	});
});

it.each(metadataHosts)('%s tells the keys of a cloud', (host) => {
	expect(of(host)).toBe('metadata');
});

it.each(publicHosts)('%s is public', (host) => {
	expect(of(host)).toBe('public');
});

describe('beside Node’s own list of blocked addresses', () => {
	const blocked = new BlockList();
	for (const range of [
		...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
		...['168.63.129.16/32', '172.16.0.0/12', '192.0.0.0/24', '192.88.99.0/24', '192.168.0.0/16'],
		...['198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'],
		...['64:ff9b:1::/48', '100::/64', '2001::/23', '2002::/16', '5f00::/16', 'fc00::/7'],
		...['fe80::/10', 'fec0::/10', 'ff00::/8'],
	]) {
		const [address, prefix] = range.split('/');
		blocked.addSubnet(address, Number(prefix), isIPv4(address) ? 'ipv4' : 'ipv6');
	}

	/** The same numbers in each run. */
	let seed = 7;
	const random = (below: number) => {
		seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
		return Math.floor((seed / 2 ** 31) * below);
	};
	const oneOf = <Value,>(values: Value[]): Value => values[random(values.length)];
	const edges = [
		0, 1, 9, 10, 11, 63, 64, 99, 100, 126, 127, 128, 168, 169, 172, 191, 192, 198, 223, 224,
	];

	it('an IPv4 address is private for both or for none', () => {
		for (let round = 0; round < 20_000; round++) {
			const octet = () => (random(3) > 0 ? oneOf(edges) : random(256));
			const address = [octet(), octet(), octet(), octet()].join('.');
			expect([address, of(address) !== 'public']).toEqual([address, blocked.check(address)]);
		}
	});

	const groups = [
		'0',
		'1',
		'64',
		'100',
		'1ff',
		'200',
		'2001',
		'2002',
		'5f00',
		'fc00',
		'fdff',
		'fe7f',
	];
	const more = ['fe80', 'febf', 'fec0', 'ff02', 'ff9b', 'ffff', '2606', '1234'];

	it('an IPv6 address is private for both or for none', () => {
		for (let round = 0; round < 20_000; round++) {
			const address = Array.from({ length: 8 }, () => oneOf([...groups, ...more])).join(':');
			expect([address, of(`[${address}]`) !== 'public']).toEqual([
				address,
				blocked.check(address, 'ipv6'),
			]);
		}
	});
});

describe('what may be opened', () => {
	const [provider] = providers;
	const itemOf = (baseUrl: unknown) => ({
		...itemWith({}, provider),
		credentials: async () => await Promise.resolve({ apiKey: 'key', baseUrl } as never),
	});

	it.each([provider.baseUrl, 'https://proxy.example.com', '', undefined, 'nonsense'])(
		'with the base URL %j, the public internet alone',
		async (baseUrl) => {
			const item = itemOf(baseUrl);
			expect(await mayOpen(item, 'https://cdn.example.com/v.mp4')).toBe(true);
			for (const host of [...Object.values(privateHosts).flat(), ...metadataHosts])
				expect([host, await mayOpen(item, `http://${host}/v.mp4`)]).toEqual([host, false]);
		},
	);

	it.each(['http://127.0.0.1:4010', 'http://localhost:4010/fal', 'https://proxy.corp'])(
		'with the base URL %s, private networks, but nothing that tells keys',
		async (baseUrl) => {
			const item = itemOf(baseUrl);
			for (const host of ['cdn.example.com', ...Object.values(privateHosts).flat()])
				expect([host, await mayOpen(item, `http://${host}/v.mp4`)]).toEqual([host, true]);
			for (const host of metadataHosts)
				expect([host, await mayOpen(item, `http://${host}/v.mp4`)]).toEqual([host, false]);
		},
	);
});
