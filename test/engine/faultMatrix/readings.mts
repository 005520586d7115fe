// What one answer says to someone who knows nothing else, for the oracle.
import type { ErrorCode, SellingProvider } from '../../../nodes/shared/types';
import type { Call } from '../../../sandbox/contract.mts';
import type { Says } from './faults.mts';

/** What single providers do otherwise, and who says so. */
const deviations = {
	/** Its client: "HTTP 429 does not justify automatically repeating a paid submission". */
	neverRepeats: ['aihubmax'],
	/** Their 403 says that the money is used up: fal-ai/fal issue 1147; errors of docs.aimlapi.com. */
	forbiddenIsMoney: ['fal', 'aimlapi'],
	/** A plain 403 comes from the network in front of the API: client of AIHubMax, EvoLink's twin. */
	plainForbiddenPasses: ['aihubmax', 'evolink'],
	/** Its list of withdrawn models, asked after a 404, has the model: docs.aimlapi.com. */
	hasWithdrawn: ['aimlapi'],
};

export const deviates = ({ id }: SellingProvider, which: keyof typeof deviations) =>
	deviations[which].includes(id);

const codes: Record<number, ErrorCode> = {
	401: 'authentication',
	402: 'insufficient_balance',
	403: 'permission',
	404: 'not_found',
	408: 'timeout',
	413: 'validation',
	422: 'validation',
	429: 'rate_limited',
};

export function codeOf(says: Says, provider: SellingProvider): ErrorCode {
	if (says.kind === 'status' && says.status === 403 && deviates(provider, 'forbiddenIsMoney')) {
		return 'insufficient_balance';
	}
	if (
		says.kind === 'unreadable' &&
		says.status === 403 &&
		deviates(provider, 'plainForbiddenPasses')
	) {
		return 'provider_unavailable';
	}
	const status = 'status' in says ? says.status : 0;
	return codes[status] ?? 'provider_unavailable';
}

type Verdict = 'accepted' | 'refused' | 'repeated' | 'doubt';

const isPassing = (status: number) => status === 408 || status === 429 || status >= 500;

/** What a submit has come to, for one who has its answer alone. */
export function verdictOf(says: Says, provider: SellingProvider): Verdict {
	switch (says.kind) {
		case 'whole':
		case 'named':
			return 'accepted';
		case 'odd':
			return says.what === 'unknown status' ? 'accepted' : 'doubt';
		case 'nothing':
			return says.isSent ? 'doubt' : 'repeated';
		case 'unreadable':
			return says.status === 403 ? 'refused' : 'doubt';
		case 'status': {
			const { status, retryAfter = 0 } = says;
			if (status === 429) {
				return retryAfter > 60 || deviates(provider, 'neverRepeats') ? 'refused' : 'repeated';
			}
			return isPassing(status) ? 'doubt' : 'refused';
		}
	}
}

type Reading = 'whole' | 'running' | 'unread' | 'refused' | 'failed';

/** What a question about a job has come to. A question that failed says nothing about the job. */
export function readingOf(says: Says, provider: SellingProvider, call: Call): Reading {
	switch (says.kind) {
		case 'whole':
		case 'named':
			return 'whole';
		case 'odd':
			// A result comes of ended jobs alone: a success without a video is a failure.
			return call === 'result' ? 'failed' : 'running';
		case 'nothing':
			return 'unread';
		case 'unreadable':
			if (says.status !== 403) return 'unread';
			return deviates(provider, 'plainForbiddenPasses') ? 'unread' : 'refused';
		case 'status':
			// The result of fal is the answer of the model, also where that refuses the input.
			if (call === 'result' && says.status === 422) return 'failed';
			return isPassing(says.status) ? 'unread' : 'refused';
	}
}
