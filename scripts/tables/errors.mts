import { errorKinds, nextStepOf } from '../../nodes/shared/n8n/failure.ts';
import type { ErrorCode, Failure, VideoProvider } from '../../nodes/shared/types.ts';
import { markdownTable } from '../markers.mts';

/** Where a code says more than that a provider has refused or failed. */
const alsoWhen: Partial<Record<ErrorCode, string>> = {
	validation: 'this node refused a value before it sent anything',
	not_found: 'the link of the video has expired',
	provider_unavailable: 'the connection broke, or a download did',
	timeout: 'the job had not ended when Timeout was over, or the execution was stopped',
	canceled: 'the execution was stopped before the item was finished',
	unknown: 'n8n was killed while it submitted (`accepted` is then `maybe`)',
};

/** Every code with its cause and its next step, in the words of the code. */
export function errorTable(): string {
	const rows = Object.entries(errorKinds).map(([code, { summary }]) => [
		`\`${code}\``,
		causeOf(summary, alsoWhen[code as ErrorCode]),
		stepsOf(code as ErrorCode).join(' '),
	]);
	return markdownTable([['Code', 'What happened', 'What to do'], ...rows]);
}

const causeOf = (summary: string, other?: string) =>
	`The provider ${summary}${other ? `; or ${other}` : ''}.`;

/** Stands for each of them in a sentence. */
const anyProvider = { displayName: "provider's", models: [] as const } as unknown as VideoProvider;

/** The usual next step, and that of other situations where it is another one. */
function stepsOf(code: ErrorCode): string[] {
	const failure: Failure = { code, message: '', retryable: false };
	const usual = nextStepOf(anyProvider, failure);
	const others = [
		['If the message names a successor', nextStepOf(anyProvider, { ...failure, successor: '…' })],
		['If there is no job ID', nextStepOf(anyProvider, failure, { hasJob: false })],
	];
	const different = others.filter(([, step]) => step !== usual);
	return [usual, ...different.map(([when, step]) => `${when}: ${uncapitalized(step)}`)];
}

const uncapitalized = (text: string) => text[0].toLowerCase() + text.slice(1);
