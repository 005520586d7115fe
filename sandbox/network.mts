import { BlockList, isIP } from 'node:net';

const privateRanges = new BlockList();
privateRanges.addSubnet('0.0.0.0', 8);
privateRanges.addSubnet('10.0.0.0', 8);
privateRanges.addSubnet('127.0.0.0', 8);
privateRanges.addSubnet('169.254.0.0', 16);
privateRanges.addSubnet('172.16.0.0', 12);
privateRanges.addSubnet('192.168.0.0', 16);
privateRanges.addSubnet('::1', 128, 'ipv6');
privateRanges.addSubnet('fc00::', 7, 'ipv6');
privateRanges.addSubnet('fe80::', 10, 'ipv6');

/** Whether a provider on the internet could not reach this address. Names are not resolved. */
export function isPrivateAddress(address: string): boolean {
	const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
	const family = isIP(host);
	if (family) return privateRanges.check(host, family === 6 ? 'ipv6' : 'ipv4');
	return /(^|\.)(localhost|local|internal)$/i.test(host) || !host.includes('.');
}

export function isHttpAddress(text: string): boolean {
	return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
