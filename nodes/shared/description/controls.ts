import type { INodeProperties } from 'n8n-workflow';

import { controlNames, controlTable, rangeOf } from '../input/controls';
import type { Control } from '../input/controls';
import type { ControlName, Providers } from '../types';

/** The controls as options, each shown for the models that take it. */
export function controlOptions(providers: Providers, operations: string[]): INodeProperties[] {
	const models = providers.flatMap((provider) => provider.models);
	return controlNames.flatMap((name) => {
		const ids = models.filter(({ controls }) => controls.includes(name)).map(({ id }) => id);
		// The `/` says that these stand outside of the collection.
		const displayOptions = { show: { '/operation': operations, '/model': ids } };
		return ids.length > 0 ? [{ ...controlField(name, controlTable[name]), displayOptions }] : [];
	});
}

function controlField(name: ControlName, control: Control): INodeProperties {
	const { label, description, default: value } = control;
	const field = { displayName: label, name, default: value, description };
	switch (control.kind) {
		case 'switch':
			return { ...field, type: 'boolean' };
		case 'choice':
			return { ...field, type: 'options', options: [...control.choices] };
		case 'wholeNumber': {
			const { min: minValue, max: maxValue } = control;
			return {
				...field,
				type: 'number',
				typeOptions: { minValue, maxValue },
				description: `${description}, ${rangeOf(control)}`,
			};
		}
	}
}
