import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { providers } from '../../nodes/shared/registry';

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');

/** The README's table of models, as the model data says it. */
const modelTable = [
	'| Provider | Model | Images | Aspect ratio | Resolution | Seconds |',
	'| --- | --- | --- | --- | --- | --- |',
	...providers.flatMap(({ displayName, models }) =>
		models.map(({ id, images, aspectRatios, resolutions, durations }) => {
			const count = images.min === images.max ? images.min : `${images.min}–${images.max}`;
			const cells = [
				displayName,
				`\`${id}\``,
				count,
				...[aspectRatios, resolutions, durations].map((values) => values.join(', ')),
			];
			return `| ${cells.join(' | ')} |`;
		}),
	),
].join('\n');

it("the README's table of models is the model data", () => {
	if (!readme.includes(modelTable)) throw new Error(`README.md should contain:\n\n${modelTable}\n`);
});

it.each(providers.map(({ credential, id }) => [id, credential]))(
	'the README tells how to get the credential of %s',
	(_, credential) => {
		expect(readme).toContain(`\`${credential}\``);
	},
);
