import type { IExecuteFunctions } from 'n8n-workflow';

import { hasRunBefore, isAfterCrash, runIndexOf } from './platform';
import { runsOf, sleepsOf } from './state';

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
	const isRetry = functions.getMode() === 'retry';
	const executionId = functions.getExecutionId();
	if (isRetry && !runs[run] && hasRunBefore(functions)) {
		// n8n may have saved the notes of earlier rounds of a loop, with the progress of the execution
		// or when it fell asleep, and still have been killed in this one.
		const isForgotten = Object.keys(runs).length === 0;
		const hasBegunHere = Object.values(runs).includes(executionId);
		if (isForgotten || (!hasBegunHere && isAfterCrash(functions))) return false;
	}
	// A run that has slept is not begun anew: the retry goes on where it was woken.
	const hasSlept = isRetry && sleepsOf(functions)[run] !== undefined;
	if (!hasSlept) runs[run] = executionId;
	return true;
}
