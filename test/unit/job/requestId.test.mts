import { providers } from '../../../nodes/shared/registry';
import { newRequestId } from '../../../nodes/shared/job/requestId';

const [{ models }] = providers;
const [model, other] = models;

it('has the characters and the length that a request header of that name may have', () => {
	const id = newRequestId({ model, prompt: '狐 🦊 "quoted"\n'.repeat(500) });
	expect(id).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
});

it('begins the same for the same model and prompt, and for nothing else', () => {
	const starts = [
		{ model, prompt: 'a fox' },
		{ model, prompt: 'a fox' },
		{ model, prompt: 'a fox ' },
		{ model: other, prompt: 'a fox' },
	].map((request) => newRequestId(request).slice(0, 16));
	expect(starts[0]).toBe(starts[1]);
	expect(new Set(starts).size).toBe(3);
});
