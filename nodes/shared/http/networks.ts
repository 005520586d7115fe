import type { Item } from '../n8n/item';

/** `metadata`: where a cloud tells the keys of its machines to whoever asks from one of them. */
type Network = 'public' | 'private' | 'metadata';

/** As they stand in a URL: no public host has them (RFC 6890), or they lead to any IPv4. */
const ranges: Array<[network: Network, ...ranges: string[]]> = [
	['metadata', '169.254.0.0/16', 'fe80::/10'],
	// Azure, Oracle Cloud, Alibaba Cloud, AWS, Google Cloud.
	['metadata', '168.63.129.16/32', '192.0.0.192/32', '100.100.100.200/32'],
	['metadata', 'fd00:ec2::254/128', 'fd20:ce::254/128'],
	['private', '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12'],
	['private', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
	['private', '100::/64', '5f00::/16', 'fc00::/7', 'fec0::/10', 'ff00::/8'],
	// NAT64 of a network's own, Teredo and other protocols, 6to4 and its relays.
	['private', '64:ff9b:1::/48', '2001::/23', '2002::/16', '192.88.99.0/24'],
];

/** IPv4 in the last 32 bits: compatible, mapped, translated, or behind NAT64 (RFC 4291, 2765, 6052). */
const ipv4InIpv6 = ['::/96', '::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96'];

/** Of the own machine and network, as those without a dot are. */
const privateNames =
	/\.(local|localhost|localdomain|internal|intranet|private|corp|home|lan|home\.arpa|test)$/;

const metadataNames = /^(metadata|instance-data)(\.|$)/;

interface Range {
	start: bigint;
	/** Bits behind the prefix. */
	free: bigint;
}

// n8n's verified packages may not import Node's net.BlockList; a test compares with it.
function rangeOf(text: string): Range {
	const [start, prefix] = text.split('/');
	const bits = start.includes(':') ? 128 : 32;
	return { start: readAddress(start), free: BigInt(bits - Number(prefix)) };
}

const readAddress = (address: string) =>
	address.includes(':') ? readIpv6(address) : readIpv4(address);

const readIpv4 = (address: string): bigint =>
	address.split('.').reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);

/** As `URL` writes it: in groups, with one gap at most. */
function readIpv6(address: string): bigint {
	const [before, after = []] = address
		.split('::')
		.map((half) => half.split(':').filter((group) => group !== ''));
	const gap = Array<string>(8 - before.length - after.length).fill('0');
	return [...before, ...gap, ...after].reduce(
		(sum, group) => (sum << 16n) | BigInt(`0x${group}`),
		0n,
	);
}

const isIn = (address: bigint, { start, free }: Range) => address >> free === start >> free;

const rangesWith = (isIt: (range: string) => boolean) =>
	ranges.flatMap(([network, ...list]) =>
		list.filter(isIt).map((range) => ({ network, ...rangeOf(range) })),
	);
const ipv4Ranges = rangesWith((range) => !range.includes(':'));
const ipv6Ranges = rangesWith((range) => range.includes(':'));
const embeddingRanges = ipv4InIpv6.map(rangeOf);

const networkOfIpv4 = (address: bigint): Network =>
	ipv4Ranges.find((range) => isIn(address, range))?.network ?? 'public';

function networkOfIpv6(address: bigint): Network {
	if (embeddingRanges.some((range) => isIn(address, range)))
		return networkOfIpv4(address & 0xffffffffn);
	return ipv6Ranges.find((range) => isIn(address, range))?.network ?? 'public';
}

/**
 * Where the host of a URL is, by its name or address alone: nobody is asked which address a name
 * has. `URL` has already turned every spelling of an IPv4 address into four decimal numbers.
 */
export function networkOf({ hostname }: URL): Network {
	const host = hostname.replace(/(?<!\.)\.+$/, '').toLowerCase();
	if (host.startsWith('[')) return networkOfIpv6(readIpv6(host.slice(1, -1)));
	if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return networkOfIpv4(readIpv4(host));
	if (host.includes('.') && !privateNames.test(host)) return 'public';
	return metadataNames.test(host) ? 'metadata' : 'private';
}

/**
 * Whether the node may open an address that came from an item or an answer. Rows come from people
 * and machines of whom the owner of this n8n knows nothing. A private network is open to them only
 * where the credential leads to one, as to a sandbox or a proxy.
 */
export async function mayOpen(item: Item, url: string): Promise<boolean> {
	const network = networkOf(new URL(url));
	if (network !== 'private') return network === 'public';
	const { baseUrl } = await item.credentials();
	return URL.canParse(String(baseUrl)) && networkOf(new URL(String(baseUrl))) !== 'public';
}
