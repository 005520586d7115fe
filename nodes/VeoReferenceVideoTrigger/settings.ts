import { NodeOperationError } from 'n8n-workflow';

import type { Item } from '../shared/n8n/item';
import { isObject } from '../shared/wire/answers';

const ends = ['completed', 'failed'];

export interface TriggerSettings {
	/** Of `completed` and `failed`, those that start a run. */
	events: string[];
	/** Where the video goes; undefined when it is not to be downloaded. */
	binaryField?: string;
}

/**
 * All that the trigger has been told, expressions evaluated.
 *
 * @throws NodeOperationError for an expression that fails, or yields what no choice would
 */
export function readSettings(item: Item): TriggerSettings {
	try {
		const options = item.parameter('options') ?? {};
		if (!isObject(options)) throw new Error('Options is not an object');
		const binaryField = String(options.binaryField ?? '').trim() || 'data';
		return {
			events: readEvents(item.parameter('events')),
			binaryField: options.downloadVideo === true ? binaryField : undefined,
		};
	} catch (error) {
		throw new NodeOperationError(
			item.node,
			`the settings of the trigger could not be read: ${(error as Error).message}`,
		);
	}
}

function readEvents(value: unknown): string[] {
	const events = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value;
	if (Array.isArray(events) && events.every((event) => ends.includes(event as string))) {
		return events as string[];
	}
	throw new Error(`Events is not a list of ${ends.join(' and ')}`);
}
