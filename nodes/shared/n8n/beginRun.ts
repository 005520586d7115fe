import type { IExecuteFunctions } from 'n8n-workflow';

import { hasRunBefore, isAfterCrash, runIndexOf } from './platform';
import { runsOf } from './state';

/**
 * Notes that a run of this node begins that may submit. It has to come before anything that can
 * fail: n8n keeps the note of a run that has failed, and loses that of a run during which it was
 * killed.
 *
 * @returns false in the retry of a run during which n8n was killed: it may have submitted, and
 * nobody knows what
 */
export function beginRun(functions: IExecuteFunctions): boolean {
	const runs = runsOf(functions);
	const run = runIndexOf(functions);
	const isUnknown = functions.getMode() === 'retry' && hasRunBefore(functions) && !runs[run];
	// n8n may have saved the notes of earlier rounds of a loop, with the progress of the execution or
	// when it fell asleep, and still have been killed in this one.
	const isFirst = Object.keys(runs).length === 0;
	if (isUnknown && (isFirst || isAfterCrash(functions))) return false;
	runs[run] = true;
	return true;
}
