const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Once before all tests of a run; the workers inherit the environment. */
module.exports = async (_, { displayName }) => {
	// n8n-core keeps keys and binary data in its user folder; a test must not touch the developer's own.
	process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'veo-n8n-core-'));
	// The engine logs each failing node; the tests look at the failures themselves.
	process.env.N8N_LOG_LEVEL = 'silent';
	// Of test/chaos/. Everything that happens there by chance comes from this number. It is always
	// the same here, so that what has passed once passes again; `npm run fuzz` takes another each time.
	process.env.FUZZ_SEED ??= '20261022';
	if (displayName.name !== 'unit') return;
	const { FUZZ_SEED: seed } = process.env;
	console.log(`\nChance begins with seed ${seed}; npm run fuzz -- --seed ${seed} repeats it.`);
};
