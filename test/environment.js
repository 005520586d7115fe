const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Once before all tests of a run; the workers inherit the environment. */
module.exports = async () => {
	// n8n-core keeps keys and binary data in its user folder; a test must not touch the developer's own.
	process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'veo-n8n-core-'));
	// The engine logs each failing node; the tests look at the failures themselves.
	process.env.N8N_LOG_LEVEL = 'silent';
};
