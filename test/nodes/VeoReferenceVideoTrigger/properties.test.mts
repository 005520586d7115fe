import { providers } from '../../../nodes/shared/registry';
import {
	triggerProperties,
	whoCallsBack,
} from '../../../nodes/VeoReferenceVideoTrigger/properties';

it.each([
	[[], 'Who calls back'],
	[['One'], 'Who calls back; One does not'],
	[['One', 'Two'], 'Who calls back; One and Two do not'],
	[['One', 'Two', 'Three'], 'Who calls back; One, Two and Three do not'],
])('the trigger says that %j do not call back', (others, sentence) => {
	expect(whoCallsBack(others)).toBe(sentence);
});

it('each provider is offered by the trigger, or named as one that does not call back', () => {
	const field = triggerProperties.find(({ name }) => name === 'provider');
	const offered = (field?.options ?? []).map(({ name }) => name);
	for (const { displayName, callback } of providers) {
		expect([displayName, offered.includes(displayName)]).toEqual([displayName, !!callback]);
		expect([displayName, field?.description?.includes(displayName)]).toEqual([
			displayName,
			!callback,
		]);
	}
});
