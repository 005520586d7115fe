export interface FormPart {
	name: string;
	/** Undefined for a plain field. */
	fileName?: string;
	contentType: string;
	content: Buffer;
}

/** The parts of a multipart/form-data body; undefined for a body of another kind. */
export function filesOf(body: Buffer, contentType: string): FormPart[] | undefined {
	const match = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
	if (!match) return undefined;
	const delimiter = Buffer.from(`--${match[1] ?? match[2]}`);
	const parts: FormPart[] = [];
	let start = body.indexOf(delimiter);
	while (start >= 0) {
		const next = body.indexOf(delimiter, start + delimiter.length);
		if (next < 0) break;
		const part = partOf(body.subarray(start + delimiter.length + 2, next - 2));
		if (part) parts.push(part);
		start = next;
	}
	return parts;
}

function partOf(part: Buffer): FormPart | undefined {
	const end = part.indexOf('\r\n\r\n');
	if (end < 0) return undefined;
	const head = part.subarray(0, end).toString('utf8');
	const name = /\bname="([^"]*)"/i.exec(head)?.[1];
	if (name === undefined) return undefined;
	return {
		name,
		fileName: /\bfilename="([^"]*)"/i.exec(head)?.[1],
		contentType: /^content-type:\s*(\S+)/im.exec(head)?.[1] ?? 'text/plain',
		content: part.subarray(end + 4),
	};
}
