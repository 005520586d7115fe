const { randomInt } = require('node:crypto');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Once before all tests of a run; the workers inherit the environment. */
module.exports = async (_, { displayName }) => {
	// n8n-core keeps keys and binary data in its user folder; a test must not touch the developer's own.
	process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'veo-n8n-core-'));
	// The engine logs each failing node; the tests look at the failures themselves.
	process.env.N8N_LOG_LEVEL = 'silent';
	// Of test/chaos/. Everything that happens there by chance comes from this number.
	process.env.FUZZ_SEED ??= String(randomInt(2 ** 31));
	if (displayName.name !== 'unit') return;
	const { FUZZ_SEED: seed } = process.env;
	console.log(`\nChance begins with seed ${seed}; npm run fuzz -- --seed ${seed} repeats it.`);
};
