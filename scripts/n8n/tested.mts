import { N8N_VERSIONS } from './install.mts';

/**
 * On which n8n the files of the end-to-end tests run. What is not named here runs on the current one
 * alone.
 */
export const testedOn = {
	versions: N8N_VERSIONS,
	money: N8N_VERSIONS,
	sleep: N8N_VERSIONS,
	watcher: N8N_VERSIONS,
	crash: N8N_VERSIONS,
};
